const id=956;const ids=[956];const modules={28956:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{runCli:()=>runCli});var commands=__webpack_require__(
7117);var input_names=__webpack_require__(33318);var error=__webpack_require__(141);var naming=__webpack_require__(54087);var execute=__webpack_require__(98934);var hosts_failure=__webpack_require__(9323);
var external_node_util_=__webpack_require__(57975);var decode=__webpack_require__(26503);;function readFlags(command,args){const offered=offeredFlags(command);const options=Object.fromEntries([...offered].
map(([name,type])=>[name,{type:type==="boolean"?"boolean":"string"}]));const{tokens}=(0,external_node_util_.parseArgs)({args:[...args],options,strict:false,allowPositionals:true,tokens:true});const given=new Map;
const append=(name,text)=>{const before=given.get(name);given.set(name,before===void 0?text:`${before}
${text}`)};let openList;for(const token of tokens){if(token.kind==="positional"){if(openList===void 0)throw standsAlone(token.value);append(openList,token.value)}else if(token.kind==="option"&&token.name!==
"json"){const{name,text}=readFlag(token,offered);const isList=offered.get(name)==="array";if(given.has(name)&&!isList){throw(0,error.DN)("TH_INPUT_REPEATED",`--${name} is written twice`,"write it once",
{input:name})}append(name,text);openList=isList?name:void 0}}return given}function offeredFlags(command){const shape=command.inputs.shape;return new Map(Object.entries(shape).filter(([,schema])=>(0,decode.
oU)(schema).host!=="action").map(([key,schema])=>[(0,naming.kW)(key),(0,decode.Ij)(schema).def.type]))}function readFlag(token,offered){const negated=token.name.startsWith("no-")&&!offered.has(token.name);
const name=negated?token.name.slice(3):token.name;const type=offered.get(name);if(type===void 0||negated&&type!=="boolean"){const fix=(0,naming.ZA)(token.name,[...offered.keys(),"json"]);throw(0,error.
DN)("TH_INPUT_UNKNOWN",`there is no flag --${token.name}`,fix,{input:token.name})}const text=type==="boolean"?token.value??String(!negated):token.value;const isNextFlag=token.inlineValue===false&&/^--[a-z]/.
test(text??"");if(text===void 0||isNextFlag){throw(0,error.DN)("TH_INPUT_SYNTAX",`--${name} has no value`,`write --${name} VALUE`,{input:name})}if(negated&&token.value!==void 0){const fix=`write --${name}\
=${token.value}`;throw(0,error.DN)("TH_INPUT_SYNTAX",`--no-${name} takes no value`,fix,{input:name})}return{name,text}}function standsAlone(word){return(0,error.DN)("TH_INPUT_SYNTAX",`"${word}" stands\
 alone`,"write values as --name value; see --help")};const defaultColumns=100;function overviewHelp(columns=defaultColumns){const width=Math.max(...Object.keys(commands.P).map(name=>name.length));const lines=Object.
entries(commands.P).map(([name,{summary}])=>hanging(`  ${name.padEnd(width)}  `,summary,columns));return["titleholder - decides whether data, code or a model may go on, and carries it out.","","Usage:\
 titleholder COMMAND [--flag value]...","       titleholder COMMAND --help","","Commands, in the order of a pipeline:",...lines,"","Everything that a flag says may stand in titleholder.yaml instead; a\
 flag wins.","Exit codes: 0 goes on (pass, warn), 1 does not (fail, inconclusive), 2 something for you to mend,","            3 a service did not answer, 70 a bug. TITLEHOLDER_DEBUG=1 prints more.",""].
join("\n")}function commandHelp(command,columns=defaultColumns){const shape=command.inputs.shape;const flags=Object.entries(shape).filter(([,schema])=>(0,decode.oU)(schema).host!=="action");const required=flags.
filter(([,schema])=>isRequired(schema)).map(([key,schema])=>`${flagText(key,schema)} `);const outputs=Object.entries(command.outputs.shape);return[`titleholder ${command.name} - ${command.summary}`,"",
...command.description.split("\n").map(line=>hanging("",line,columns)),"",`Usage: titleholder ${command.name} ${required.join("")}[--flag value]... [--json]`,"","Flags:",...flags.flatMap(([key,schema])=>[
`  ${flagText(key,schema)}`,hanging("      ",`${(0,decode.oU)(schema).description??""}${noteText(schema)}`,columns)]),"  --json",hanging("      ","Print the outcome and the whole report as one line of\
 JSON.",columns),"","Outputs (in --json; in a workflow as steps.ID.outputs.NAME):",...outputs.map(([key,schema])=>hanging(`  ${(0,naming.kW)(key)}: `,(0,decode.oU)(schema).description??"",columns)),""].
join("\n")}function isRequired(schema){return!["optional","default"].includes(schema.def.type)}function flagText(key,schema){const inner=(0,decode.Ij)(schema);const name=`--${(0,naming.kW)(key)}`;switch(inner.
def.type){case"boolean":return schema.def.defaultValue===true?`--no-${(0,naming.kW)(key)}`:name;case"enum":return`${name} ${inner.options.join("|")}`;case"number":return`${name} NUMBER`;case"array":return`${name}\
 VALUE...`;case"record":case"object":return`${name} YAML`;default:return`${name} ${(0,decode.oU)(schema).kind==="path"?"PATH":"TEXT"}`}}function noteText(schema){const meta=(0,decode.oU)(schema);const fallback=schema.
def.defaultValue;const notes=[];if(isRequired(schema))notes.push("Required.");if(fallback!==void 0&&fallback!==false)notes.push(`Default: ${plain(fallback)}.`);if(meta.example!==void 0)notes.push(`Exa\
mple: ${meta.example}.`);return notes.length===0?"":` ${notes.join(" ")}`}function plain(value){if(Array.isArray(value)&&value.every(item=>typeof item==="string"))return value.join(", ");return typeof value===
"string"?value:JSON.stringify(value)}function hanging(lead,text,columns){const width=Math.max(40,Math.min(columns,120));const lines=[];let line=lead;let isEmpty=true;for(const word of text.split(/\s+/).
filter(part=>part!=="")){if(!isEmpty&&line.length+1+word.length>width){lines.push(line);line=" ".repeat(lead.length);isEmpty=true}line+=isEmpty?word:` ${word}`;isEmpty=false}return[...lines,line].join(
"\n")}var loggers=__webpack_require__(43616);var hosts_native=__webpack_require__(29561);var node_host=__webpack_require__(9569);var npm_settings=__webpack_require__(43816);var resolve=__webpack_require__(
71959);var settle=__webpack_require__(20234);var paths=__webpack_require__(54532);;const colours={pass:"green",warn:"yellow",fail:"red",inconclusive:"magenta",unchecked:"cyan"};const order=["fail","in\
conclusive","warn","unchecked","pass"];const shownPasses=12;const shownRows=10;function outcomeText(outcome,cwd,colour){const{report}=outcome;const paint=(verdict,text)=>colour?(0,external_node_util_.
styleText)(colours[verdict],text,{validateStream:false}):text;const lines=[`${paint(report.verdict,report.verdict.toUpperCase())}  ${clean(report.summary)}`,""];const checks=[...report.checks].sort((a,b)=>order.
indexOf(a.verdict)-order.indexOf(b.verdict));const passes=checks.filter(check=>check.verdict==="pass").length;let left=shownPasses;for(const check of checks){if(check.verdict==="pass"&&left--<=0)continue;
lines.push(`  ${paint(check.verdict,check.verdict.padEnd(12))} ${checkText(check)}`)}if(passes>shownPasses)lines.push(`  and ${passes-shownPasses} more that passed`);for(const table of report.tables)lines.
push("",...tableText(table));const page=outcome.path.replace(/\.json$/,".html");lines.push("",`report: ${(0,paths.p)({cwd},outcome.path)}`,`page:   ${(0,paths.p)({cwd},page)}`,"");return lines.join("\n")}
function checkText(check){const place=check.place===void 0?"":(0,error.df)(check.place);return clean(`${check.id}: ${check.message}${place===""?"":` (${place})`}`)}function tableText(table){const rows=table.
rows.slice(0,shownRows).map(row=>row.map(cell=>clean(cell===null?"":typeof cell==="string"?cell:cellText(cell))));const widths=table.columns.map((name,index)=>Math.min(48,Math.max(name.length,...rows.
map(row=>row[index]?.length??0))));const format=cells=>`  ${cells.map((cell,index)=>(cell.length>48?`${cell.slice(0,45)}...`:cell).padEnd(widths[index]??0)).join("  ")}`.trimEnd();const more=table.rows.
length-rows.length+(table.more??0);return[`${clean(table.title)}:`,format(table.columns.map(clean)),...rows.map(format),...more>0?[`  and ${more} more`]:[]]}function cellText(cell){if(typeof cell==="n\
umber"&&!Number.isInteger(cell))return String(Number(cell.toPrecision(4)));return typeof cell==="object"?JSON.stringify(cell):String(cell)}function clean(text){return(0,external_node_util_.stripVTControlCharacters)(
text).replace(/[\p{Cc}\p{Cf}]/gu," ")}var version=__webpack_require__(48341);var workflow_commands=__webpack_require__(87587);;var __addDisposableResource=function(env,value,async){if(value!==null&&value!==
void 0){if(typeof value!=="object"&&typeof value!=="function")throw new TypeError("Object expected.");var dispose,inner;if(async){if(!Symbol.asyncDispose)throw new TypeError("Symbol.asyncDispose is no\
t defined.");dispose=value[Symbol.asyncDispose]}if(dispose===void 0){if(!Symbol.dispose)throw new TypeError("Symbol.dispose is not defined.");dispose=value[Symbol.dispose];if(async)inner=dispose}if(typeof dispose!==
"function")throw new TypeError("Object not disposable.");if(inner)dispose=function(){try{inner.call(this)}catch(e){return Promise.reject(e)}};env.stack.push({value,dispose,async})}else if(async){env.stack.
push({async:true})}return value};var __disposeResources=(function(SuppressedError2){return function(env){function fail(e){env.error=env.hasError?new SuppressedError2(e,env.error,"An error was suppress\
ed during disposal."):e;env.hasError=true}var r,s=0;function next(){while(r=env.stack.pop()){try{if(!r.async&&s===1)return s=0,env.stack.push(r),Promise.resolve().then(next);if(r.dispose){var result=r.
dispose.call(r.value);if(r.async)return s|=2,Promise.resolve(result).then(next,function(e){fail(e);return next()})}else s|=1}catch(e){fail(e)}}if(s===1)return env.hasError?Promise.reject(env.error):Promise.
resolve();if(env.hasError)throw env.error}return next()}})(typeof SuppressedError==="function"?SuppressedError:function(error2,suppressed,message){var e=new Error(message);return e.name="SuppressedErr\
or",e.error=error2,e.suppressed=suppressed,e});async function runCli(launch){process.stdout.on("error",()=>void 0);const[name,...rest]=process.argv.slice(2);if(name===void 0||name==="help"||name==="--\
help"||name==="-h"){process.stdout.write(overviewHelp(process.stdout.columns));process.exitCode=name===void 0?2:0;return}if(name==="--version"||name==="-V"){process.stdout.write(`${version.r}
`);return}await new CliRun(launch).run(name,rest)}function safe(text){return process.env.GITHUB_ACTIONS==="true"?(0,workflow_commands.t)(text):text}class CliRun{#launch;#abort=new AbortController;#log=(0,
loggers.U)({write:text=>void process.stderr.write(safe(text)),isTerminal:process.stderr.isTTY===true,columns:process.stderr.columns??80,now:()=>new Date,debug:process.env.TITLEHOLDER_DEBUG==="1"||process.
env.RUNNER_DEBUG==="1"});constructor(launch){this.#launch=launch;for(const signal of["SIGINT","SIGTERM"]){process.on(signal,()=>{if(this.#abort.signal.aborted)process.exit(signal==="SIGINT"?130:143);this.#abort.
abort(new hosts_failure.j(signal))})}}async run(name,args){const json=args.includes("--json");try{const entry=Object.hasOwn(commands.P,name)?commands.P[name]:void 0;if(entry===void 0){throw(0,error.DN)(
"TH_COMMAND",`there is no command "${name}"`,(0,naming.ZA)(name,Object.keys(commands.P)))}const command=await entry.load();if(args.includes("--help")||args.includes("-h")){process.stdout.write(commandHelp(
command,process.stdout.columns));return}const{outcome,cwd}=await this.#execute(command,readFlags(command,args));this.#log.done();process.stdout.write(json?`${jsonText(outcome)}
`:safe(outcomeText(outcome,cwd,process.stdout.isTTY===true)));process.exitCode=outcome.exitCode}catch(error2){this.#log.done();const failure=(0,hosts_failure.g)(error2,this.#abort.signal);if(json){process.
stdout.write(`${JSON.stringify({error:{code:failure.title,exitCode:failure.exitCode,text:failure.text}})}
`)}process.stderr.write(safe(`titleholder ${name}: ${failure.text}
`));process.exitCode=failure.exitCode}}async#execute(command,given){const env_1={stack:[],error:void 0,hasError:false};try{let state;const common={env:process.env,log:this.#log,ci:void 0,native:{installed:(0,
hosts_native.c8)(this.#launch.dist),cache:(0,node_host.Q9)(process.env),npm:(0,npm_settings._H)(process.env)},helperScript:this.#launch.helperScript,now:()=>new Date,saveState:next=>{state=next}};const{
nodeFiles}=await Promise.resolve().then(__webpack_require__.bind(__webpack_require__,51378));const resolved=await(0,resolve.e)(command,given,{startFolder:process.cwd(),files:nodeFiles({cwd:process.cwd()}),
names:input_names.v,style:input=>`--${input}`});const host=__addDisposableResource(env_1,await(0,node_host.P6)({...common,cwd:resolved.cwd,signal:this.#abort.signal}),true);try{return{outcome:await(0,
execute.g)(command,resolved,host),cwd:resolved.cwd}}finally{await(0,settle.f)(command,state,{...common,cwd:resolved.cwd})}}catch(e_1){env_1.error=e_1;env_1.hasError=true}finally{const result_1=__disposeResources(
env_1);if(result_1)await result_1}}}function jsonText(outcome){const text=JSON.stringify({exitCode:outcome.exitCode,outputs:outcome.outputs,report:outcome.report});return text.replaceAll("##[","##\\u00\
5b")}})};export{id,ids,modules};
