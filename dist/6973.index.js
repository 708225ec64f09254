const id=6973;const ids=[6973];const modules={56973:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{runAction:()=>runAction});
var external_node_path_=__webpack_require__(76760);var paths=__webpack_require__(54532);var commands=__webpack_require__(7117);var input_names=__webpack_require__(33318);var naming=__webpack_require__(
54087);;const perLevel=9;function annotate(log,report,folder){const level=check=>check.verdict==="fail"?"error":check.verdict==="pass"||check.verdict==="unchecked"?void 0:"warning";for(const name of["\
error","warning"]){const checks=report.checks.filter(check=>level(check)===name);const room=checks.length>perLevel?perLevel-1:checks.length;for(const check of checks.slice(0,room))log[name](check.message,
properties(check.id,check.place??{},folder));for(const[check,place]of relatedPlaces(checks).slice(0,Math.max(0,perLevel-checks.length)))log[name](check.message,properties(check.id,place,folder));if(checks.
length>room)log[name](`and ${checks.length-room} more: see the job summary`,{title:report.command})}}function relatedPlaces(checks){const most=Math.max(0,...checks.map(check=>check.related?.length??0));
return Array.from({length:most},(_,at)=>at).flatMap(at=>checks.flatMap(check=>{const place=check.related?.[at];return place===void 0?[]:[[check,place]]}))}function annotateFailure(log,failure,folder){
log.error(failure.text,properties(failure.title,failure.place,folder))}function properties(title,place,folder){const isInside=folder!==""&&place.file!==void 0&&!place.file.startsWith("/");return{title,
...place.file===void 0?{}:{file:isInside?`${folder}/${place.file}`:place.file},...place.line===void 0?{}:{line:place.line},...place.column===void 0?{}:{col:place.column}}}var ci=__webpack_require__(5493);
var promises_=__webpack_require__(58500);;const longestMs=6e4;async function commentOn({ci:ci2,env,token,signal,log},model,artifact,section){if(ci2?.pullRequest===void 0)return;const{pullRequest:pull,
repository,runId,attempt,fromFork}=ci2;try{if(token===void 0)throw new Error("there is no `github-token`");const page=`${env.GITHUB_SERVER_URL||"https://github.com"}/${repository}/actions/runs/${runId}`;
const report=artifact===void 0?void 0:`${page}/artifacts/${artifact}`;const within=AbortSignal.any([signal,AbortSignal.timeout(longestMs)]);const sleep=ms=>(0,promises_.setTimeout)(ms,void 0,{signal:within}).
catch(()=>within.throwIfAborted());const[{connectGitHub},{PullRequestComment}]=await Promise.all([Promise.all([__webpack_require__.e(5491),__webpack_require__.e(6750)]).then(__webpack_require__.bind(__webpack_require__,
26750)),Promise.all([__webpack_require__.e(5491),__webpack_require__.e(5736)]).then(__webpack_require__.bind(__webpack_require__,25736))]);const github=await connectGitHub(repository,{env,token,signal:within,
sleep});const comment=await PullRequestComment.open(github,pull,model,token,sleep);const made=section({run:`${page}/attempts/${attempt}`,report});await comment.settle({...made,commit:pull.headSha,run:runId});
log.info(`the comment on pull request ${pull.number} tells of it`)}catch(error){const why=error instanceof Error?error.message:String(error);const fork=fromFork?"; a pull request of a fork gets a toke\
n that only reads":"";log.warn(`no comment on the pull request: ${why}${fork}. It needs \`pull-requests: write\`; \`comment: false\` asks for none`)}}var decode=__webpack_require__(26503);var hosts_failure=__webpack_require__(
9323);var files=__webpack_require__(51378);var masks=__webpack_require__(31372);var resolve=__webpack_require__(8204);var loggers=__webpack_require__(43616);var workflow_commands=__webpack_require__(87587);
;function runnerLog(write,now){const issue=(name,text,properties2={})=>write(`${(0,workflow_commands.N)(name,text,properties2)}
`);const{info,progress}=(0,loggers.U)({write:text=>write((0,workflow_commands.t)(text)),isTerminal:false,columns:120,now,debug:false});return{info,progress,debug:text=>issue("debug",text),error:(text,properties2)=>issue(
"error",text,properties2),warning:(text,properties2)=>issue("warning",text,properties2),warn:(text,place={})=>issue("warning",text,{...place.file===void 0?{}:{file:place.file},...place.line===void 0?{}:
{line:place.line},...place.column===void 0?{}:{col:place.column}}),mask:secret=>issue("add-mask",secret),group:async(title,body)=>{issue("group",title);try{return await body()}finally{issue("endgroup",
"")}}}}var external_node_crypto_=__webpack_require__(77598);var external_node_fs_=__webpack_require__(73024);;function saveState(name,value){const file=process.env.GITHUB_STATE;if(file===void 0||file===
"")return;const mark=`ghadelimiter_${(0,external_node_crypto_.randomUUID)()}`;(0,external_node_fs_.appendFileSync)(file,`${name}<<${mark}
${value}
${mark}
`)}function savedState(name){return process.env[`STATE_${name}`]??""};var __addDisposableResource=function(env,value,async){if(value!==null&&value!==void 0){if(typeof value!=="object"&&typeof value!==
"function")throw new TypeError("Object expected.");var dispose,inner;if(async){if(!Symbol.asyncDispose)throw new TypeError("Symbol.asyncDispose is not defined.");dispose=value[Symbol.asyncDispose]}if(dispose===
void 0){if(!Symbol.dispose)throw new TypeError("Symbol.dispose is not defined.");dispose=value[Symbol.dispose];if(async)inner=dispose}if(typeof dispose!=="function")throw new TypeError("Object not dis\
posable.");if(inner)dispose=function(){try{inner.call(this)}catch(e){return Promise.reject(e)}};env.stack.push({value,dispose,async})}else if(async){env.stack.push({async:true})}return value};var __disposeResources=(function(SuppressedError2){
return function(env){function fail(e){env.error=env.hasError?new SuppressedError2(e,env.error,"An error was suppressed during disposal."):e;env.hasError=true}var r,s=0;function next(){while(r=env.stack.
pop()){try{if(!r.async&&s===1)return s=0,env.stack.push(r),Promise.resolve().then(next);if(r.dispose){var result=r.dispose.call(r.value);if(r.async)return s|=2,Promise.resolve(result).then(next,function(e){
fail(e);return next()})}else s|=1}catch(e){fail(e)}}if(s===1)return env.hasError?Promise.reject(env.error):Promise.resolve();if(env.hasError)throw env.error}return next()}})(typeof SuppressedError==="\
function"?SuppressedError:function(error,suppressed,message){var e=new Error(message);return e.name="SuppressedError",e.error=error,e.suppressed=suppressed,e});const phaseState="titleholder-phase";const commandState="\
titleholder-state";async function runAction(name,launch,load=loadCommand){const command=await load(name);const given=readInputs(process.env,command);const log=runnerLog(text=>void process.stdout.write(
text),()=>new Date);const secrets=[...givenSecrets(command,given),...(0,masks.Pm)(process.env)];for(const form of new Set(secrets.flatMap(masks.eo)))log.mask(form);const run=new ActionRun(log,command,
given,secrets,launch);if(savedState(phaseState)==="main")await run.post();else await run.main()}async function loadCommand(name){const entry=Object.hasOwn(commands.P,name)?commands.P[name]:void 0;if(entry===
void 0)throw new Error(`no command ${name}`);return entry.load()}function toolkit(){return Promise.all([__webpack_require__.e(4119),__webpack_require__.e(1659)]).then(__webpack_require__.bind(__webpack_require__,
91659))}class ActionRun{#log;#command;#given;#secrets;#launch;#abort=new AbortController;#ci;#workspace=process.env.GITHUB_WORKSPACE||process.cwd();constructor(log,command,given,secrets,launch){this.#log=
log;this.#command=command;this.#given=given;this.#secrets=secrets;this.#launch=launch;this.#ci=(0,ci.B)(process.env);for(const signal of["SIGINT","SIGTERM"]){process.on(signal,()=>this.#abort.abort(new hosts_failure.
j$(signal)))}}async main(){try{const env_1={stack:[],error:void 0,hasError:false};try{if(this.#command.settle!==void 0)saveState(phaseState,"main");const resolved=await this.#resolve();const[{nodeHost},
{execute}]=await Promise.all([__webpack_require__.e(9569).then(__webpack_require__.bind(__webpack_require__,9569)),__webpack_require__.e(8934).then(__webpack_require__.bind(__webpack_require__,98934))]);
const host=__addDisposableResource(env_1,await nodeHost({...await this.#world(resolved.cwd),signal:this.#abort.signal}),true);const outcome=await execute(this.#command,resolved,host,this.#secrets);await this.#publish(
outcome,resolved);process.exitCode=outcome.exitCode;const said=`${outcome.report.verdict}: ${outcome.report.summary}`;if(outcome.exitCode===0)this.#log.info(said);else this.#log.error(said,{title:this.#command.
name})}catch(e_1){env_1.error=e_1;env_1.hasError=true}finally{const result_1=__disposeResources(env_1);if(result_1)await result_1}}catch(error){const failure=this.#fail(error);if(!this.#abort.signal.aborted)
await this.#commentFailure(failure)}}async post(){try{const text=savedState(commandState);if(text==="")return;const[{cwd},{settleWithin}]=await Promise.all([this.#resolve(),Promise.all([__webpack_require__.
e(9569),__webpack_require__.e(234)]).then(__webpack_require__.bind(__webpack_require__,20234))]);await settleWithin(this.#command,JSON.parse(text),await this.#world(cwd))}catch(error){this.#fail(error)}}#resolve(){
return(0,resolve.eL)(this.#command,this.#given,this.#inputWorld())}#inputWorld(){return{startFolder:this.#workspace,files:(0,files.nodeFiles)({cwd:this.#workspace}),names:input_names.v,style:name=>`\`${name}\
\``}}async#world(cwd){const[{installedModules},{nativeCache},{userNpmSettings}]=await Promise.all([__webpack_require__.e(9561).then(__webpack_require__.bind(__webpack_require__,29561)),__webpack_require__.
e(9569).then(__webpack_require__.bind(__webpack_require__,9569)),__webpack_require__.e(3816).then(__webpack_require__.bind(__webpack_require__,43816))]);return{cwd,env:process.env,log:this.#log,ci:this.#ci,
native:{installed:installedModules(this.#launch.dist),cache:nativeCache(process.env),npm:userNpmSettings(process.env)},helperScript:this.#launch.helperScript,now:()=>new Date,saveState:state=>saveState(
commandState,JSON.stringify(state))}}async#publish(outcome,resolved){const[core,{renderSummary}]=await Promise.all([toolkit(),__webpack_require__.e(75).then(__webpack_require__.bind(__webpack_require__,
70075))]);for(const[name,value]of Object.entries(outcome.outputs)){core.setOutput(name,name==="report"?(0,paths.p)(resolved,value):value)}if(resolved.inputs.annotations===true)annotate(this.#log,outcome.
report,this.#folder());if(process.env.GITHUB_STEP_SUMMARY!==void 0){await core.summary.addRaw(renderSummary(outcome.report),true).write()}const artifact=resolved.inputs.uploadReport===true?await this.#upload(
outcome):void 0;if(resolved.inputs.comment===true)await this.#comment(outcome,artifact)}async#upload(outcome){if(process.env.ACTIONS_RUNTIME_TOKEN===void 0||process.env.ACTIONS_RESULTS_URL===void 0){this.#log.
info("no artifact service in this run: the report stays on this machine");return void 0}const{uploadReport}=await __webpack_require__.e(7475).then(__webpack_require__.bind(__webpack_require__,17475));
const{model,command}=outcome.report;const name=`titleholder-${model}-${command}-${this.#ci?.job??"job"}-${this.#ci?.attempt??1}`;const safeName=name.replace(/[^A-Za-z0-9._-]/g,"_");return this.#log.group(
"upload of the report",()=>uploadReport(outcome.files,(0,external_node_path_.dirname)(outcome.path),safeName,this.#log))}#fail(error){const failure=(0,hosts_failure.g5)(error,this.#abort.signal);annotateFailure(
this.#log,failure,this.#folder());process.exitCode=failure.exitCode;return failure}async#comment({report},artifact){const{renderSection}=await __webpack_require__.e(2043).then(__webpack_require__.bind(
__webpack_require__,2043));const{command,verdict,summary}=report;const section=links=>({command,verdict,summary,body:renderSection(report,links)});await commentOn(this.#commenting(),report.model,artifact,
section)}async#commentFailure(failure){if(this.#ci?.pullRequest===void 0)return;const run=await(0,resolve.QR)(this.#command,this.#given,this.#inputWorld());if(run===void 0||!run.comment)return;const{renderErrorSection}=await __webpack_require__.
e(2043).then(__webpack_require__.bind(__webpack_require__,2043));const lines=(0,masks.$p)(this.#secrets)((0,hosts_failure.Mg)(failure));const{name:command}=this.#command;const section=links=>({command,
verdict:"error",summary:lines[0]??"",body:renderErrorSection(lines,links)});await commentOn(this.#commenting(),run.model,void 0,section)}#commenting(){const token=this.#given.get("github-token");return{
ci:this.#ci,env:process.env,token,signal:this.#abort.signal,log:this.#log}}#folder(){const given=this.#given.get(resolve.mo)?.trim()||".";const shown=(0,paths.p)({cwd:this.#workspace},(0,external_node_path_.
resolve)(this.#workspace,given));return shown==="."||(0,external_node_path_.isAbsolute)(shown)?"":shown}}function readInputs(env,command){const given=new Map;const shape=command.inputs.shape;const known=new Map(
Object.keys(shape).map(key=>[(0,naming.kW)(key).toUpperCase(),(0,naming.kW)(key)]));for(const[variable,value]of Object.entries(env)){if(!variable.startsWith("INPUT_")||value===void 0||value.trim()==="")
continue;const name=variable.slice("INPUT_".length);given.set(known.get(name)??name.toLowerCase(),value)}return given}function givenSecrets(command,given){const shape=command.inputs.shape;return[...given].
flatMap(([name,value])=>{const schema=shape[(0,naming.xQ)(name)];return schema!==void 0&&(0,decode.oU)(schema).secret===true?[value]:[]})}})};export{id,ids,modules};
