const id=75;const ids=[75];const modules={1512:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{Bq:()=>trim,PP:()=>tableHead,
Pz:()=>cellLength,Qq:()=>text,TM:()=>folded,ee:()=>bytes,nM:()=>row,vv:()=>seriesBlock,wp:()=>tableBlock});var _escape_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(96209);var _format_js__WEBPACK_IMPORTED_MODULE_1__=__webpack_require__(
45845);const cellLength=240;const longestQuery=4e3;const sparks="\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";function bytes(text2){return Buffer.byteLength(text2,"utf8")}function trim(block,room){
let space=room-bytes(block.before)-bytes(block.after);const rows=[];for(const row2 of block.rows){space-=bytes(row2);if(space<0)break;rows.push(row2)}const missing=block.rows.length-rows.length;return rows.
length===0?{text:"",missing}:{text:`${block.before}${rows.join("")}${block.after}`,missing}}function folded(title,block){return{...block,before:`
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
`}function text(value,length=cellLength){return(0,_escape_js__WEBPACK_IMPORTED_MODULE_0__.FV)((0,_format_js__WEBPACK_IMPORTED_MODULE_1__.vI)(value,length))}}),45845:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{
__webpack_require__.d(__webpack_exports__,{B4:()=>formatCount,Fl:()=>formatValue,Ge:()=>absent,Gp:()=>formatSigned,MA:()=>formatP,On:()=>statedP,T1:()=>formatShare,ZV:()=>formatNumber,kf:()=>isNumeric,
r4:()=>formatInstant,vI:()=>shortened,vy:()=>formatInterval,w_:()=>formatSetting});var _kernel_json_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(93361);const absent="\u2013";function formatNumber(value){
if(!Number.isFinite(value))return Number.isNaN(value)?absent:value>0?"infinite":"-infinite";const size=Math.abs(value);if(size>=1e15||size>0&&size<1e-4)return shortExponent(value,2);if(Number.isInteger(
value))return separated(value,0);if(size>=1e3)return separated(value,size>=1e5?0:1);return String(Number(value.toPrecision(4)))}function formatSigned(value){return value>0?`+${formatNumber(value)}`:formatNumber(
value)}function formatShare(share){if(!Number.isFinite(share))return absent;const percent=share*100;if(share>0&&percent<.01)return"< 0.01%";if(share<1&&percent>99.99)return"> 99.99%";const digits=Math.
abs(percent)<10||share<1&&percent>=99.9?2:1;return`${Number(percent.toFixed(digits))}%`}function formatP(p){if(!Number.isFinite(p))return absent;if(p<1e-12)return"< 1e-12";return p<.001?shortExponent(
p,2):String(Number(p.toFixed(3)))}function statedP(p){const text=formatP(p);return text.startsWith("<")?`p ${text}`:`p = ${text}`}function formatValue(value){if(value===null||value===void 0||value==="")
return absent;if(typeof value==="number")return formatNumber(value);if(typeof value==="string")return value;if(typeof value==="boolean")return value?"true":"false";if(Array.isArray(value)&&value.every(
item=>item===null||typeof item!=="object")){return value.length===0?absent:value.map(item=>formatValue(item)).join(", ")}return(0,_kernel_json_js__WEBPACK_IMPORTED_MODULE_0__.dj)(value)}function formatSetting(value){
return typeof value==="number"?String(value):formatValue(value)}function formatInterval([low,high]){return`[${low===null?"-\u221E":formatNumber(low)}, ${high===null?"\u221E":formatNumber(high)}]`}function isNumeric(cells){
const present=cells.filter(cell=>cell!==null&&cell!==void 0&&cell!=="");return present.length>0&&present.every(cell=>typeof cell==="number"||typeof cell==="string"&&/^(?:[<>≤≥±] ?)?[+-]?\d[\d.,]*(?:e[+-]?\d+)?%?$/.
test(cell))}function formatCount(count,noun,plural=`${noun}s`){return`${formatNumber(count)} ${count===1?noun:plural}`}function shortened(text,length){const characters=[...text];if(characters.length<=
length)return text;const head=Math.ceil((length-1)/2);return`${characters.slice(0,head).join("")}\u2026${characters.slice(characters.length-(length-1-head)).join("")}`}function formatInstant(instant){
return instant.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/,"$1 $2 UTC")}function separated(value,decimals){const[whole="",part]=Math.abs(value).toFixed(decimals).split(".");const text=whole.
length<5?whole:whole.replace(/\B(?=(\d{3})+$)/g,",");const trimmed=part===void 0||/^0+$/.test(part)?"":`.${part}`;return`${value<0?"-":""}${text}${trimmed}`}function shortExponent(value,digits){return value.
toExponential(digits-1).replace(/\.0+e/,"e").replace("e+","e")}}),70075:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.r(__webpack_exports__);__webpack_require__.
d(__webpack_exports__,{renderSummary:()=>renderSummary});var _kernel_digest_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(65331);var _kernel_error_js__WEBPACK_IMPORTED_MODULE_1__=__webpack_require__(
141);var _blocks_js__WEBPACK_IMPORTED_MODULE_2__=__webpack_require__(1512);var _escape_js__WEBPACK_IMPORTED_MODULE_3__=__webpack_require__(96209);var _format_js__WEBPACK_IMPORTED_MODULE_4__=__webpack_require__(
45845);var _order_js__WEBPACK_IMPORTED_MODULE_5__=__webpack_require__(95796);const summaryLimit=1024*1024-1024;const alerts={pass:"TIP",warn:"WARNING",fail:"CAUTION",inconclusive:"IMPORTANT"};function renderSummary(report,options={}){
const limit=options.limit??summaryLimit;const head=heading(report,limit);const foot=footer(report);const kept=[];const left=[];let room=limit-(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.ee)(head)-(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.
ee)(foot)-reserve(limit);for(const block of blocks(report)){const{text,missing}=(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Bq)(block,room);kept.push(text);room-=(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.
ee)(text);if(missing>0)left.push(missing===block.rows.length?block.name:`${missing} of ${block.rows.length} rows of ${block.name}`)}return`${head}${kept.join("")}${leftOut(left,reserve(limit))}${foot}`}
function reserve(limit){return Math.min(600,Math.floor(limit/4))}function leftOut(left,room){if(left.length===0)return"";const sentence=names=>`
> [!NOTE]
> Too long for this place, so left out: ${names}. The report holds all of it.
`;const full=sentence(left.join("; "));return(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.ee)(full)<=room?full:sentence(`${left.length} parts`)}function heading(report,limit){const title=(0,_escape_js__WEBPACK_IMPORTED_MODULE_3__.
FV)(`${(0,_format_js__WEBPACK_IMPORTED_MODULE_4__.vI)(report.command,80)} of ${(0,_format_js__WEBPACK_IMPORTED_MODULE_4__.vI)(report.model,80)}: ${report.verdict}`);const counts=(0,_order_js__WEBPACK_IMPORTED_MODULE_5__.
qX)(report.checks).map(([verdict,count])=>`${count} ${verdict}`);const said=(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Qq)(report.summary,Math.max(80,Math.min(1e3,Math.floor(limit/40))));const lines=[
`## ${title}`,"",`> [!${alerts[report.verdict]}]`,`> **${report.verdict}**: ${said}  `,`> ${_order_js__WEBPACK_IMPORTED_MODULE_5__.ak[report.verdict]}`];if(counts.length>0)lines.push("",`Checks: ${counts.
join(", ")}`);return`${lines.join("\n")}
`}function footer({result,run}){return`
<sub>Titleholder ${(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Qq)(run.version,40)} \xB7 result ${digest(result)}</sub>
`}function blocks(report){const ordered=(0,_order_js__WEBPACK_IMPORTED_MODULE_5__.g)(report.checks);const open=ordered.filter(check=>check.verdict!=="pass");const passed=ordered.filter(check=>check.verdict===
"pass");return[...open.length===0?[]:[checkBlock("checks","\n### Checks\n",open)],...report.tables.map(table=>(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.wp)(table)),...passed.length===0?[]:[(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.
TM)((0,_format_js__WEBPACK_IMPORTED_MODULE_4__.B4)(passed.length,"passed check"),checkBlock("passed checks","",passed))],...report.series.length===0?[]:[(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.TM)(
(0,_format_js__WEBPACK_IMPORTED_MODULE_4__.B4)(report.series.length,"chart"),(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.vv)(report.series))],...report.subjects.length+report.materials.length===0?[]:[evidenceBlock(
report)],...Object.keys(report.config).length===0?[]:[configurationBlock(report)]]}function checkBlock(name,before,checks){const some=test=>checks.some(check=>test(check)!==void 0);const columns=[["ve\
rdict",check=>`**${check.verdict}**`,true],["check",whatCell,true],["observed",check=>(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Qq)((0,_format_js__WEBPACK_IMPORTED_MODULE_4__.Fl)(check.observed)),some(
check=>check.observed)],["expected",check=>(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Qq)((0,_format_js__WEBPACK_IMPORTED_MODULE_4__.Fl)(check.expected)),some(check=>check.expected)],["effect",effectCell,
some(check=>check.effect??check.interval)],["p",check=>check.p===void 0?_format_js__WEBPACK_IMPORTED_MODULE_4__.Ge:(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Qq)((0,_format_js__WEBPACK_IMPORTED_MODULE_4__.
MA)(check.p)),some(check=>check.p)],["n",check=>(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Qq)((0,_format_js__WEBPACK_IMPORTED_MODULE_4__.Fl)(check.n)),some(check=>check.n)]];const shown=columns.filter(
([,,present])=>present);const head=(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.PP)(shown.map(([title])=>title),shown.map(([title])=>["effect","p","n"].includes(title)));return{name,before:`${before}
${head}`,rows:checks.map(check=>(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.nM)(shown.map(([,cell])=>cell(check)))),after:""}}function whatCell(check){const place=check.place===void 0?"":(0,_kernel_error_js__WEBPACK_IMPORTED_MODULE_1__.
df)(check.place);const details=[check.id,check.method??"",place].filter(part=>part!=="").map(part=>(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Qq)(part));return`${(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.
Qq)(check.message,2*_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Pz)}<br><sub>${details.join(" \xB7 ")}</sub>`}function effectCell(check){const effect=check.effect===void 0?"":(0,_format_js__WEBPACK_IMPORTED_MODULE_4__.
Gp)(check.effect);const interval=check.interval===void 0?"":(0,_format_js__WEBPACK_IMPORTED_MODULE_4__.vy)(check.interval);return(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Qq)([effect,interval].filter(
part=>part!=="").join(" "))}function evidenceBlock({subjects,materials}){const line=role=>artifact=>(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.nM)([role,artifact.kind,(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.
Qq)(artifact.name),digest(artifact.digest)]);return(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.TM)("Evidence",{name:"evidence",before:`
${(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.PP)(["role","kind","name","digest"],[])}`,rows:[...subjects.map(line("subject")),...materials.map(line("rests on"))],after:""})}function configurationBlock({
config}){return(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.TM)("Configuration",{name:"configuration",before:`
${(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.PP)(["input","value","from"],[])}`,rows:Object.entries(config).map(([name,{value,from}])=>(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.nM)([(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.
Qq)(name),(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Qq)((0,_format_js__WEBPACK_IMPORTED_MODULE_4__.w_)(value)),from==="file"?"titleholder.yaml":from])),after:""})}function digest(value){return(0,_kernel_digest_js__WEBPACK_IMPORTED_MODULE_0__.
Bc)(value)?`\`${value}\``:(0,_blocks_js__WEBPACK_IMPORTED_MODULE_2__.Qq)(value)}}),95796:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,
{ak:()=>meaning,g:()=>inReadingOrder,qX:()=>countVerdicts});const readingOrder=["fail","inconclusive","warn","unchecked","pass"];function inReadingOrder(checks){return readingOrder.flatMap(verdict=>checks.
filter(check=>check.verdict===verdict))}function countVerdicts(checks){return readingOrder.map(verdict=>[verdict,checks.filter(check=>check.verdict===verdict).length]).filter(([,count])=>count>0)}const meaning={
pass:"the evidence supports going on",warn:"goes on, with something to read",fail:"the evidence is against going on",inconclusive:"not enough evidence either way",unchecked:"this question was not answ\
ered"}})};export{id,ids,modules};
