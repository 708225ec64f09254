const id=5736;const ids=[5736,6750,2043];const modules={26750:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.r(__webpack_exports__);__webpack_require__.
d(__webpack_exports__,{Unanswered:()=>Unanswered,connectGitHub:()=>connectGitHub,settleMs:()=>settleMs,statusOf:()=>statusOf});var zod__WEBPACK_IMPORTED_MODULE_1__=__webpack_require__(55491);var _kernel_error_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(
141);class Unanswered extends Error{}const usualAnswerMs=15e3;const pausesMs=[1e3,4e3];const settleMs=2e3;const longestPauseMs=6e4;const pageSize=100;const mostPages=30;async function connectGitHub(repository,{
env,token,signal,sleep,answerMs=usualAnswerMs}){const{getOctokit}=await Promise.all([__webpack_require__.e(4119),__webpack_require__.e(1351)]).then(__webpack_require__.bind(__webpack_require__,61351));
const[owner="",repo=""]=repository.split("/");const octokit=getOctokit(token,{baseUrl:env.GITHUB_API_URL||"https://api.github.com",log:silent});const once=async(route,params)=>{const within=AbortSignal.
any([signal,AbortSignal.timeout(answerMs)]);const where=route.includes("{repo}")?{owner,repo}:{};const{data}=await octokit.request(route,{...where,...params,request:{signal:within}});return data};const get=async(route,params,shape)=>{
for(let attempt=0;;attempt+=1){try{return read(await once(route,params),shape)}catch(error){signal.throwIfAborted();const pause=attempt<pausesMs.length?pauseAfter(error,pausesMs[attempt]??0):void 0;if(pause===
void 0)throw failure(route,error);await sleep(pause)}}};const tryToWrite=async(route,params,isLast=false)=>{try{await once(route,params);return void 0}catch(error){signal.throwIfAborted();const status=statusOf(
error);if(status===void 0||status>=500)throw new Unanswered(failure(route,error).message,{cause:error});const pause=isLast?void 0:pauseAfter(error,0);if(pause===void 0)throw failure(route,error);return pause}};
return{get,list:async(route,params,item)=>{const all=[];for(let page=1;page<=mostPages;page+=1){const some=await get(route,{...params,per_page:pageSize,page},zod__WEBPACK_IMPORTED_MODULE_1__.YOg(item));
all.push(...some);if(some.length<pageSize)break}return all},tryToWrite,write:async(route,params)=>{for(let attempt=0;;attempt+=1){const pause=await tryToWrite(route,params,attempt>0);if(pause===void 0)
return;await sleep(pause)}}}}const silent={debug:()=>void 0,info:()=>void 0,warn:()=>void 0,error:()=>void 0};function read(data,shape){const parsed=shape.safeParse(data);if(parsed.success)return parsed.
data;throw new Error("the answer is not what GitHub describes")}function pauseAfter(error,usual){const status=statusOf(error);if(status===void 0||status>=500)return usual;if(status!==403&&status!==429)
return void 0;const{response}=error;const stated=Number(response?.headers?.["retry-after"])*1e3;return Number.isFinite(stated)&&stated<=longestPauseMs?Math.max(stated,usual):void 0}function statusOf(error){
const status=error instanceof _kernel_error_js__WEBPACK_IMPORTED_MODULE_0__.TM?error.cause:error;return typeof status?.status==="number"&&status.response!==void 0?status.status:void 0}function failure(route,error){
const status=statusOf(error);const message=`GitHub answered ${route} with ${describe(error)}`;if(status===403&&pauseAfter(error,0)===void 0||status===404)return new _kernel_error_js__WEBPACK_IMPORTED_MODULE_0__.
TM("backend","TH_GITHUB_PERMISSION",message,"give the job's token the permissions that the action's page names",{},error);return new _kernel_error_js__WEBPACK_IMPORTED_MODULE_0__.TM("backend","TH_GITH\
UB",message,status===401?"give a token that is valid":"run the job again",{},error)}function describe(error){const status=statusOf(error);if(status!==void 0)return`status ${status}`;const message=error instanceof
Error?error.message:String(error);return error instanceof Error&&error.name==="TimeoutError"?"no answer in time":message}}),25736:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{
__webpack_require__.r(__webpack_exports__);__webpack_require__.d(__webpack_exports__,{PullRequestComment:()=>PullRequestComment});var schemas=__webpack_require__(55491);var error=__webpack_require__(141);
var external_node_crypto_=__webpack_require__(77598);var blocks=__webpack_require__(1512);var format=__webpack_require__(45845);var order=__webpack_require__(95796);var report_section=__webpack_require__(
2043);;const factsShape=schemas.rej({command:schemas.YjP().regex(/^[a-z-]{1,40}$/),verdict:schemas.k5n(["error","fail","inconclusive","warn","pass"]),summary:schemas.YjP().max(600),commit:schemas.YjP().
regex(/^[0-9a-f]{7,64}$/),run:schemas.YjP().regex(/^\d{1,20}$/)});const commentLimit=6e4;const longestSummary=400;const pipeline=["validate-data","drift-report","train","evaluate-vs-champion","registe\
r-model","canary-deploy"];const severity=["error","fail","inconclusive","warn","pass"];const alerts={error:"CAUTION",fail:"CAUTION",inconclusive:"IMPORTANT",warn:"WARNING",pass:"TIP"};const meanings={
...order.ak,error:"it could not be decided"};function commentMark(model){return`<!-- titleholder:comment ${(0,external_node_crypto_.createHash)("sha256").update(model).digest("hex").slice(0,16)} -->`}
const sectionForm=/^<!-- titleholder:section ([\w+/=]+) -->$[\s\S]*?^<!-- titleholder:body -->\n([\s\S]*?)^<!-- titleholder:end -->$/gm;function parseComment(text){return[...text.replaceAll("\r\n","\n").
matchAll(sectionForm)].flatMap(([,facts="",body=""])=>{const parsed=factsShape.safeParse(decoded(facts));return parsed.success?[{...parsed.data,body}]:[]})}function decoded(facts){try{return JSON.parse(
Buffer.from(facts,"base64").toString("utf8"))}catch{return void 0}}function withSection(sections,section){const kept=new Map;for(const one of[...sections,section]){const other=kept.get(one.command);const isLate=other!==
void 0&&other.commit!==one.commit&&BigInt(other.run)>BigInt(one.run);if(!isLate)kept.set(one.command,one)}return[...kept.values()].sort((a,b)=>rank(a)-rank(b)||(a.command<b.command?-1:1))}function rank({
command}){const place=pipeline.indexOf(command);return place===-1?pipeline.length:place}function renderComment(model,sections,latest){const commit=newestCommit(sections,latest);let shown=sections;for(;;){
const whole=[head(model,shown,commit),...shown.map(one=>sectionText(one,commit))].join("\n");const longest=whole.length<commentLimit?void 0:nextToGo(shown,commit);if(longest===void 0)return whole;shown=
shown.map(one=>one===longest?{...one,body:leftOut}:one)}}const leftOut="Too long for one comment: the job summary has it.\n";function nextToGo(sections,commit){const long=sections.filter(({body})=>body.
length>leftOut.length);const old=long.filter(one=>one.commit!==commit);return(old.length===0?long:old).toSorted((a,b)=>b.body.length-a.body.length)[0]}function newestCommit(sections,latest){const order2=sections.
toSorted((a,b)=>{const later=BigInt(b.run)-BigInt(a.run);if(later!==0n)return later>0n?1:-1;return Number(b.command===latest)-Number(a.command===latest)});return order2[0]?.commit??""}function head(model,sections,commit){
const current=sections.filter(one=>one.commit===commit);const worst=severity.find(verdict=>current.some(one=>one.verdict===verdict))??"inconclusive";const earlier=sections.length-current.length;const waiting=earlier===
0?"":`  
> ${(0,format.B4)(earlier,"gate")} of ${sections.length} ${earlier===1?"tells":"tell"} of an earlier commit`;const rows=sections.map(one=>(0,blocks.nM)([one.command,`${report_section.M[one.verdict]} ${one.
verdict}`,(0,blocks.Qq)(one.summary,blocks.Pz),one.commit===commit?shortCommit(one):`${shortCommit(one)} (earlier)`]));return`${commentMark(model)}
## Titleholder on ${(0,blocks.Qq)(model,80)}: ${worst}

> [!${alerts[worst]}]
> **${worst}** at ${commit.slice(0,7)}: ${meanings[worst]}${waiting}

${(0,blocks.PP)(["gate","verdict","in a sentence","commit"],[])}${rows.join("")}`}function sectionText(section,commit){const{body,...facts}=section;const said={...facts,summary:(0,format.vI)(facts.summary,
longestSummary)};const isEarlier=facts.commit!==commit;const open=!isEarlier&&facts.verdict!=="pass"?" open":"";const title=`${report_section.M[facts.verdict]} <b>${facts.command}</b>: ${facts.verdict}`;
const age=isEarlier?` \xB7 of the earlier commit ${shortCommit(facts)}, not of the newest`:"";return`<!-- titleholder:section ${Buffer.from(JSON.stringify(said)).toString("base64")} -->
<details${open}><summary>${title}${age}</summary>

<!-- titleholder:body -->
${body.endsWith("\n")?body:`${body}
`}<!-- titleholder:end -->

</details>
`}function shortCommit({commit}){return commit.slice(0,7)}var hosts_github=__webpack_require__(26750);;const commentShape=schemas.Ikc({id:schemas.aig(),body:schemas.YjP().nullish(),user:schemas.Ikc({login:schemas.
YjP(),type:schemas.YjP()}).nullish()});const listRoute="/repos/{owner}/{repo}/issues/{issue_number}/comments";const commentRoute="/repos/{owner}/{repo}/issues/comments/{comment_id}";const mostRounds=8;
class PullRequestComment{#github;#number;#model;#isOwn;#sleep;constructor(github,number,model,isOwn,sleep){this.#github=github;this.#number=number;this.#model=model;this.#isOwn=isOwn;this.#sleep=sleep}static async open(github,{
number},model,token,sleep){const login=await loginOf(github,token);const mark=commentMark(model);const isOwn=({body,user})=>(body??"").startsWith(mark)&&(login===void 0?user?.type==="Bot":user?.login===
login);return new PullRequestComment(github,number,model,isOwn,sleep)}async settle(section){let problem;for(let round=0;round<mostRounds;round+=1){const step=await this.#nextStep(section);if(step===void 0)
return round===0?"unchanged":"written";let pause;try{pause=await step()}catch(error2){if(!(error2 instanceof hosts_github.Unanswered))throw error2;problem=error2}await this.#sleep(Math.max(hosts_github.
settleMs,pause??0))}const message=problem?.message??"the comment was changed by others again and again";throw new error.TM("backend","TH_GITHUB",message,"run the job again",{},problem)}async#nextStep(section){
const all=await this.#github.list(`GET ${listRoute}`,{issue_number:this.#number},commentShape);const[first,...doubles]=all.filter(this.#isOwn).sort((a,b)=>a.id-b.id);const standing=[...doubles,first].
flatMap(comment=>parseComment(comment?.body??""));const sections=[...standing,section].reduce(withSection,[]);const body=renderComment(this.#model,sections,section.command);if(first===void 0)return()=>this.#github.
tryToWrite(`POST ${listRoute}`,{issue_number:this.#number,body});if(first.body?.replaceAll("\r\n","\n")!==body)return()=>this.#change("PATCH",{comment_id:first.id,body});const[double]=doubles;if(double===
void 0)return void 0;return()=>this.#change("DELETE",{comment_id:double.id})}async#change(method,params){try{return await this.#github.tryToWrite(`${method} ${commentRoute}`,params)}catch(error2){if((0,
hosts_github.statusOf)(error2)===404)return void 0;throw error2}}}async function loginOf(github,token){if(token.startsWith("ghs_"))return void 0;try{return(await github.get("GET /user",{},schemas.Ikc(
{login:schemas.YjP()}))).login}catch(error2){if((0,hosts_github.statusOf)(error2)===403)return void 0;throw error2}}}),1512:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{
__webpack_require__.d(__webpack_exports__,{Bq:()=>trim,PP:()=>tableHead,Pz:()=>cellLength,Qq:()=>text,TM:()=>folded,ee:()=>bytes,nM:()=>row,vv:()=>seriesBlock,wp:()=>tableBlock});var _escape_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(
96209);var _format_js__WEBPACK_IMPORTED_MODULE_1__=__webpack_require__(45845);const cellLength=240;const longestQuery=4e3;const sparks="\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";function bytes(text2){
return Buffer.byteLength(text2,"utf8")}function trim(block,room){let space=room-bytes(block.before)-bytes(block.after);const rows=[];for(const row2 of block.rows){space-=bytes(row2);if(space<0)break;rows.
push(row2)}const missing=block.rows.length-rows.length;return rows.length===0?{text:"",missing}:{text:`${block.before}${rows.join("")}${block.after}`,missing}}function folded(title,block){return{...block,
before:`
<details><summary>${title}</summary>
${block.before}`,after:`${block.after}
</details>
`}}function tableBlock(table,heading=title=>`### ${title}`){const rows=table.rows.map(cells=>row(table.columns.map((_,column)=>text((0,_format_js__WEBPACK_IMPORTED_MODULE_1__.Fl)(cells[column])))));const more=table.
more===void 0||table.more===0?"":`
${(0,_format_js__WEBPACK_IMPORTED_MODULE_1__.B4)(table.more,"more row")} not shown.
`;const numeric=table.columns.map((_,column)=>(0,_format_js__WEBPACK_IMPORTED_MODULE_1__.kf)(table.rows.map(cells=>cells[column])));return{name:text(table.title,60),before:`
${heading(text(table.title))}

${tableHead(table.columns.map(name=>text(name)),numeric)}`,rows:rows.length===0?[row([text("no rows")])]:rows,after:`${more}${queryBlock(table)}${diffBlock(table)}`}}function queryBlock({query}){if(query===
void 0||query.length>longestQuery)return"";const title="Query for all of these rows";return`
<details><summary>${title}</summary>

${(0,_escape_js__WEBPACK_IMPORTED_MODULE_0__.OF)("sql",(0,_escape_js__WEBPACK_IMPORTED_MODULE_0__.RK)(query))}

</details>
`}function diffBlock({diff}){const text2=diff?.map(_escape_js__WEBPACK_IMPORTED_MODULE_0__.RK).join("\n")??"";return text2===""||text2.length>longestQuery?"":`
${(0,_escape_js__WEBPACK_IMPORTED_MODULE_0__.OF)("diff",text2)}
`}function seriesBlock(series){const rows=series.flatMap(({title,lines})=>{const most=Math.max(...Object.values(lines).flat().map(value=>value??0),0);return Object.entries(lines).map(([name,values],at)=>row(
[at===0?text(title,80):"",text(name,60),sparkline(values,most)]))});return{name:"charts",before:`
${tableHead(["chart","line","shape"],[])}`,rows,after:"\nThe HTML report draws them in full.\n"}}function sparkline(values,most){return values.slice(0,60).map(value=>value===null||most===0?" ":sparks[Math.
min(7,Math.max(0,Math.round(value/most*7)))]??" ").join("")}function tableHead(titles,right){return`${row(titles)}${row(titles.map((_,column)=>right[column]===true?"---:":"---"))}`}function row(cells){
return`| ${cells.join(" | ")} |
`}function text(value,length=cellLength){return(0,_escape_js__WEBPACK_IMPORTED_MODULE_0__.FV)((0,_format_js__WEBPACK_IMPORTED_MODULE_1__.vI)(value,length))}}),98895:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{
__webpack_require__.d(__webpack_exports__,{$y:()=>forestText,VS:()=>renderForestBar,mm:()=>forestTextScales,xl:()=>forestScales});var _format_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(45845);
var _markup_js__WEBPACK_IMPORTED_MODULE_1__=__webpack_require__(34110);var _scale_js__WEBPACK_IMPORTED_MODULE_2__=__webpack_require__(62466);const width=168;const middle=9;const inset=6;function forestScales(checks,from=inset,to=width-
inset){const ends=new Map;for(const check of checks){if(check.interval===void 0)continue;const values=[...check.interval,check.effect,check.limit,0].filter(value=>typeof value==="number"&&Number.isFinite(
value));ends.set(axisOf(check),[...ends.get(axisOf(check))??[],...values])}return new Map([...ends].map(([axis,values])=>[axis,(0,_scale_js__WEBPACK_IMPORTED_MODULE_2__.Y)(Math.min(...values),Math.max(
...values),from,to,3)]))}function axisOf(check){return check.method??""}function renderForestBar(check,scales){const scale=scales.get(axisOf(check));if(check.interval===void 0||scale===void 0)return(0,
_markup_js__WEBPACK_IMPORTED_MODULE_1__.q)``;const[low,high]=check.interval;const from=low===null?0:scale.at(low);const to=high===null?width:scale.at(high);const point=check.effect===void 0?void 0:scale.
at(check.effect);const effect=check.effect===void 0?"":`${(0,_format_js__WEBPACK_IMPORTED_MODULE_0__.Gp)(check.effect)} `;const limit=check.limit===void 0?"":`, to lie beyond ${(0,_format_js__WEBPACK_IMPORTED_MODULE_0__.
Gp)(check.limit)}`;const said=`${effect}${(0,_format_js__WEBPACK_IMPORTED_MODULE_0__.vy)(check.interval)}${limit}, axis from ${(0,_format_js__WEBPACK_IMPORTED_MODULE_0__.Gp)(scale.low)} to ${(0,_format_js__WEBPACK_IMPORTED_MODULE_0__.
Gp)(scale.high)}`;const zero=coordinate(scale.at(0));return(0,_markup_js__WEBPACK_IMPORTED_MODULE_1__.q)`
<svg class="forest ${check.verdict}" viewBox="0 0 ${width} 18" role="img" aria-label="${said}"><title>${said}</title>
<line class="zero" x1="${zero}" x2="${zero}" y1="0" y2="18"/>
${limitLine(check,scale)}<line class="interval" x1="${coordinate(from)}" x2="${coordinate(to)}" y1="${middle}" y2="${middle}"/>
${low===null?arrow(0,5):cap(from)}${high===null?arrow(width,width-5):cap(to)}
${point===void 0?void 0:(0,_markup_js__WEBPACK_IMPORTED_MODULE_1__.q)`<rect class="point" x="${coordinate(point-4)}" y="${middle-4}" width="8" height="8"/>`}</svg>`}function limitLine({limit},scale){if(limit===
void 0)return(0,_markup_js__WEBPACK_IMPORTED_MODULE_1__.q)``;const x=coordinate(scale.at(limit));return(0,_markup_js__WEBPACK_IMPORTED_MODULE_1__.q)`<line class="limit" x1="${x}" x2="${x}" y1="1" y2="17"/>
`}const places=25;function forestTextScales(checks){return forestScales(checks,1,places-2)}function forestText(check,scales){const scale=scales.get(axisOf(check));if(check.interval===void 0||scale===void 0)
return"";const[low,high]=check.interval;const from=low===null?0:Math.round(scale.at(low));const to=high===null?places-1:Math.round(scale.at(high));const bar=Array.from({length:places},(_,place)=>place>=
from&&place<=to?"\u2500":" ");bar[from]=low===null?"\u25C4":"\u251C";bar[to]=high===null?"\u25BA":"\u2524";bar[Math.round(scale.at(0))]="\u250A";if(check.limit!==void 0)bar[Math.round(scale.at(check.limit))]=
"\u2503";if(check.effect!==void 0)bar[Math.round(scale.at(check.effect))]="\u25CF";return bar.join("")}function cap(x){return(0,_markup_js__WEBPACK_IMPORTED_MODULE_1__.q)`<line class="interval" x1="${coordinate(
x)}" x2="${coordinate(x)}" y1="${middle-4}" y2="${middle+4}"/>`}function arrow(tip,back){return(0,_markup_js__WEBPACK_IMPORTED_MODULE_1__.q)`<path class="interval" d="M${back} ${middle-4}L${tip} ${middle}L${back} ${middle+
4}"/>`}function coordinate(value){return String(Math.round(value*10)/10)}}),45845:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,
{B4:()=>formatCount,Fl:()=>formatValue,Ge:()=>absent,Gp:()=>formatSigned,MA:()=>formatP,On:()=>statedP,T1:()=>formatShare,ZV:()=>formatNumber,kf:()=>isNumeric,r4:()=>formatInstant,vI:()=>shortened,vy:()=>formatInterval,
w_:()=>formatSetting});var _kernel_json_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(93361);const absent="\u2013";function formatNumber(value){if(!Number.isFinite(value))return Number.isNaN(value)?
absent:value>0?"infinite":"-infinite";const size=Math.abs(value);if(size>=1e15||size>0&&size<1e-4)return shortExponent(value,2);if(Number.isInteger(value))return separated(value,0);if(size>=1e3)return separated(
value,size>=1e5?0:1);return String(Number(value.toPrecision(4)))}function formatSigned(value){return value>0?`+${formatNumber(value)}`:formatNumber(value)}function formatShare(share){if(!Number.isFinite(
share))return absent;const percent=share*100;if(share>0&&percent<.01)return"< 0.01%";if(share<1&&percent>99.99)return"> 99.99%";const digits=Math.abs(percent)<10||share<1&&percent>=99.9?2:1;return`${Number(
percent.toFixed(digits))}%`}function formatP(p){if(!Number.isFinite(p))return absent;if(p<1e-12)return"< 1e-12";return p<.001?shortExponent(p,2):String(Number(p.toFixed(3)))}function statedP(p){const text=formatP(
p);return text.startsWith("<")?`p ${text}`:`p = ${text}`}function formatValue(value){if(value===null||value===void 0||value==="")return absent;if(typeof value==="number")return formatNumber(value);if(typeof value===
"string")return value;if(typeof value==="boolean")return value?"true":"false";if(Array.isArray(value)&&value.every(item=>item===null||typeof item!=="object")){return value.length===0?absent:value.map(
item=>formatValue(item)).join(", ")}return(0,_kernel_json_js__WEBPACK_IMPORTED_MODULE_0__.dj)(value)}function formatSetting(value){return typeof value==="number"?String(value):formatValue(value)}function formatInterval([
low,high]){return`[${low===null?"-\u221E":formatNumber(low)}, ${high===null?"\u221E":formatNumber(high)}]`}function isNumeric(cells){const present=cells.filter(cell=>cell!==null&&cell!==void 0&&cell!==
"");return present.length>0&&present.every(cell=>typeof cell==="number"||typeof cell==="string"&&/^(?:[<>≤≥±] ?)?[+-]?\d[\d.,]*(?:e[+-]?\d+)?%?$/.test(cell))}function formatCount(count,noun,plural=`${noun}\
s`){return`${formatNumber(count)} ${count===1?noun:plural}`}function shortened(text,length){const characters=[...text];if(characters.length<=length)return text;const head=Math.ceil((length-1)/2);return`${characters.
slice(0,head).join("")}\u2026${characters.slice(characters.length-(length-1-head)).join("")}`}function formatInstant(instant){return instant.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/,"\
$1 $2 UTC")}function separated(value,decimals){const[whole="",part]=Math.abs(value).toFixed(decimals).split(".");const text=whole.length<5?whole:whole.replace(/\B(?=(\d{3})+$)/g,",");const trimmed=part===
void 0||/^0+$/.test(part)?"":`.${part}`;return`${value<0?"-":""}${text}${trimmed}`}function shortExponent(value,digits){return value.toExponential(digits-1).replace(/\.0+e/,"e").replace("e+","e")}}),34110:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{
__webpack_require__.d(__webpack_exports__,{V:()=>Markup,q:()=>html});var _escape_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(96209);class Markup{text;constructor(text){this.text=text}}function html(strings,...parts){
const text=strings.map((string,index)=>index===0?string:render(parts[index-1])+string);return new Markup(text.join(""))}function render(part){if(part===void 0)return"";if(part instanceof Markup)return part.
text;if(typeof part==="string")return(0,_escape_js__WEBPACK_IMPORTED_MODULE_0__.ZD)(part);return typeof part==="number"?String(part):part.map(render).join("")}}),95796:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{
__webpack_require__.d(__webpack_exports__,{ak:()=>meaning,g:()=>inReadingOrder,qX:()=>countVerdicts});const readingOrder=["fail","inconclusive","warn","unchecked","pass"];function inReadingOrder(checks){
return readingOrder.flatMap(verdict=>checks.filter(check=>check.verdict===verdict))}function countVerdicts(checks){return readingOrder.map(verdict=>[verdict,checks.filter(check=>check.verdict===verdict).
length]).filter(([,count])=>count>0)}const meaning={pass:"the evidence supports going on",warn:"goes on, with something to read",fail:"the evidence is against going on",inconclusive:"not enough eviden\
ce either way",unchecked:"this question was not answered"}}),62466:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{Y:()=>niceScale});
function niceScale(low,high,from,to,count=5){const spread=high>low?high-low:Math.abs(high)>0?Math.abs(high):1;const start=high>low?low:low-spread/2;const step=niceStep(spread/count);const first=Math.floor(
start/step+1e-9);const last=Math.max(first+1,Math.ceil((start+spread)/step-1e-9));const ticks=Array.from({length:last-first+1},(_,index)=>round((first+index)*step,step));const[bottom,top]=[first*step,
last*step];return{low:bottom,high:top,ticks,at:value=>from+(value-bottom)/(top-bottom)*(to-from)}}function niceStep(rough){const power=10**Math.floor(Math.log10(rough));const share=rough/power;return(share<
1.5?1:share<3.5?2:share<7.5?5:10)*power}function round(value,step){return Number(value.toFixed(Math.min(100,Math.max(0,2-Math.floor(Math.log10(step))))))}}),2043:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{
__webpack_require__.d(__webpack_exports__,{M:()=>verdictMarks,renderErrorSection:()=>renderErrorSection,renderSection:()=>renderSection});var _blocks_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(
1512);var _forest_js__WEBPACK_IMPORTED_MODULE_1__=__webpack_require__(98895);var _format_js__WEBPACK_IMPORTED_MODULE_2__=__webpack_require__(45845);var _order_js__WEBPACK_IMPORTED_MODULE_3__=__webpack_require__(
95796);const verdictMarks={pass:"\u2705",warn:"\u26A0\uFE0F",fail:"\u274C",inconclusive:"\u2754",unchecked:"\u25FB\uFE0F",error:"\u{1F6D1}"};const sectionLimit=7e3;const shownChecks=8;const shownEffects=12;
const smallRows=10;const smallColumns=9;function renderSection(report,links){const open=(0,_order_js__WEBPACK_IMPORTED_MODULE_3__.g)(report.checks).filter(({verdict})=>verdict!=="pass");const head=[`${(0,
_blocks_js__WEBPACK_IMPORTED_MODULE_0__.Qq)(report.summary,600)}
`,...open.length===0?[]:[openChecks(open)],effects((0,_order_js__WEBPACK_IMPORTED_MODULE_3__.g)(report.checks))].join("\n");const foot=footer(links);const room=sectionLimit-(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.
ee)(head)-(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.ee)(foot);return`${head}${small(report,room)}${foot}`}function renderErrorSection(lines,links){return`**could not decide**

${lines.map(line=>`> ${(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.Qq)(line,1e3)}  
`).join("")}${footer(links)}`}function footer({run,report}){const whole=report===void 0?"":` \xB7 [report](${report})`;return`
<sub>[job summary](${run})${whole}</sub>
`}function openChecks(checks){const lines=checks.slice(0,shownChecks).map(({verdict,message,id:id2})=>`- ${verdictMarks[verdict]} ${(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.Qq)(message,360)} <sub>${(0,
_blocks_js__WEBPACK_IMPORTED_MODULE_0__.Qq)(id2,80)}</sub>
`);const more=checks.length-lines.length;return`${lines.join("")}${more===0?"":`- and ${more} more
`}`}function effects(checks){const measured=checks.filter(({effect,interval})=>effect!==void 0&&interval!==void 0);if(measured.length===0)return"";const scales=(0,_forest_js__WEBPACK_IMPORTED_MODULE_1__.
mm)(measured);const rows=measured.slice(0,shownEffects).map(check=>(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.nM)([`${verdictMarks[check.verdict]} ${(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.Qq)(check.
id,60)}`,comparedCell(check),check.effect===void 0?_format_js__WEBPACK_IMPORTED_MODULE_2__.Ge:(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.Qq)((0,_format_js__WEBPACK_IMPORTED_MODULE_2__.Gp)(check.effect)),
check.interval===void 0?_format_js__WEBPACK_IMPORTED_MODULE_2__.Ge:(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.Qq)((0,_format_js__WEBPACK_IMPORTED_MODULE_2__.vy)(check.interval)),`<code>${(0,_forest_js__WEBPACK_IMPORTED_MODULE_1__.
$y)(check,scales).replaceAll(" ","&nbsp;")}</code>`,check.p===void 0?_format_js__WEBPACK_IMPORTED_MODULE_2__.Ge:(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.Qq)((0,_format_js__WEBPACK_IMPORTED_MODULE_2__.
MA)(check.p))]));const more=measured.length-rows.length;const head=(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.PP)(["check","observed, expected","effect","bounds","\u250A zero, \u2503 limit","p"],[false,
true,true,true,false,true]);return`
${head}${rows.join("")}${more===0?"":`
and ${more} more
`}`}function comparedCell({observed,expected}){const values=[observed,expected].filter(value=>value!==void 0);return values.length===0?_format_js__WEBPACK_IMPORTED_MODULE_2__.Ge:values.map(value=>(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.
Qq)((0,_format_js__WEBPACK_IMPORTED_MODULE_2__.Fl)(value),24)).join(", ")}function small({tables,series},room){const titles=[...tables.length===0?[]:[(0,_format_js__WEBPACK_IMPORTED_MODULE_2__.B4)(tables.
length,"table")],...series.length===0?[]:[(0,_format_js__WEBPACK_IMPORTED_MODULE_2__.B4)(series.length,"chart")]];const fold=(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.TM)(`${titles.join(" and ")} in \
small`,{name:"",before:"",rows:[],after:""});let left=room-(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.ee)(fold.before)-(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.ee)(fold.after);const parts=[];for(const block of smallBlocks(
{tables,series})){const{text:part}=(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.Bq)(block,left);left-=(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.ee)(part);parts.push(part)}const content=parts.join("");return content===
""?"":`${fold.before}${content}${fold.after}`}function smallBlocks({tables,series}){const narrow=tables.filter(({columns})=>columns.length<=smallColumns);const cut=narrow.map(({query:_query,diff:_diff,
...table})=>{const rows=table.rows.slice(0,smallRows);const more=(table.more??0)+table.rows.length-rows.length;return(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.wp)({...table,rows,more},title=>`**${title}\
**`)});return[...cut,...series.length===0?[]:[(0,_blocks_js__WEBPACK_IMPORTED_MODULE_0__.vv)(series)]]}})};export{id,ids,modules};
