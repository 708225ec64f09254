const id=2037;const ids=[2037];const modules={98895:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{$y:()=>forestText,VS:()=>renderForestBar,
mm:()=>forestTextScales,xl:()=>forestScales});var _format_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(45845);var _markup_js__WEBPACK_IMPORTED_MODULE_1__=__webpack_require__(34110);var _scale_js__WEBPACK_IMPORTED_MODULE_2__=__webpack_require__(
62466);const width=168;const middle=9;const inset=6;function forestScales(checks,from=inset,to=width-inset){const ends=new Map;for(const check of checks){if(check.interval===void 0)continue;const values=[
...check.interval,check.effect,check.limit,0].filter(value=>typeof value==="number"&&Number.isFinite(value));ends.set(axisOf(check),[...ends.get(axisOf(check))??[],...values])}return new Map([...ends].
map(([axis,values])=>[axis,(0,_scale_js__WEBPACK_IMPORTED_MODULE_2__.Y)(Math.min(...values),Math.max(...values),from,to,3)]))}function axisOf(check){return check.method??""}function renderForestBar(check,scales){
const scale=scales.get(axisOf(check));if(check.interval===void 0||scale===void 0)return(0,_markup_js__WEBPACK_IMPORTED_MODULE_1__.q)``;const[low,high]=check.interval;const from=low===null?0:scale.at(low);
const to=high===null?width:scale.at(high);const point=check.effect===void 0?void 0:scale.at(check.effect);const effect=check.effect===void 0?"":`${(0,_format_js__WEBPACK_IMPORTED_MODULE_0__.Gp)(check.
effect)} `;const limit=check.limit===void 0?"":`, to lie beyond ${(0,_format_js__WEBPACK_IMPORTED_MODULE_0__.Gp)(check.limit)}`;const said=`${effect}${(0,_format_js__WEBPACK_IMPORTED_MODULE_0__.vy)(check.
interval)}${limit}, axis from ${(0,_format_js__WEBPACK_IMPORTED_MODULE_0__.Gp)(scale.low)} to ${(0,_format_js__WEBPACK_IMPORTED_MODULE_0__.Gp)(scale.high)}`;const zero=coordinate(scale.at(0));return(0,
_markup_js__WEBPACK_IMPORTED_MODULE_1__.q)`
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
void 0||/^0+$/.test(part)?"":`.${part}`;return`${value<0?"-":""}${text}${trimmed}`}function shortExponent(value,digits){return value.toExponential(digits-1).replace(/\.0+e/,"e").replace("e+","e")}}),32037:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{
__webpack_require__.r(__webpack_exports__);__webpack_require__.d(__webpack_exports__,{renderHtml:()=>renderHtml});var external_node_crypto_=__webpack_require__(77598);var error=__webpack_require__(141);
var quantity=__webpack_require__(10706);var format=__webpack_require__(45845);var markup=__webpack_require__(34110);var report_scale=__webpack_require__(62466);;const width=440;const right=10;const chart_top=8;
const plotHeight=168;const characterWidth=6.2;const labelSpacing=16;const numberLimit=500;const dotLimit=40;const hues=5;const background=new Set(["reference","champion","baseline","stable","as predic\
ted","share of positives","at least","at most"]);function renderChart(series,id2){const lines=colour(series);const values=lines.flatMap(line=>line.values.filter(finite));return(0,markup.q)`<figure>
<figcaption>${series.title}</figcaption>
${legend(lines)}
${values.length===0?(0,markup.q)`<p class="quiet">No values to draw.</p>`:draw(series,lines,values,id2)}
${numbers(series,lines)}
</figure>
`}function finite(value){return typeof value==="number"&&Number.isFinite(value)}function colour(series){let next=0;return Object.entries(series.lines).map(([name,values])=>({name,values,hue:background.
has(name)?"hue0":`hue${1+next++%hues}`}))}function legend(lines){const items=lines.map(({name,hue})=>(0,markup.q)`<li><svg class="key ${hue}" viewBox="0 0 12 12" aria-hidden="true">
<rect width="12" height="12" rx="2"/></svg>${name}</li>
`);return(0,markup.q)`<ul class="legend">${items}</ul>`}function draw(series,lines,values,id2){const bars=series.form==="bars";const low=Math.min(...values);const high=Math.max(...values);const close=bars||
low>=0&&low<(high-low)/2;const y=(0,report_scale.Y)(close?Math.min(0,low):low,close?Math.max(0,high):high,chart_top+plotHeight,chart_top,4);const left=14+Math.max(...y.ticks.map(tick=>(0,format.ZV)(tick).
length))*characterWidth;const frame={left,y};const x=bars||series.x.some(value=>typeof value==="string")?bandAxis(series,frame):valueAxis(series,frame);const marks=bars?drawBars(series,lines,frame,x):
drawLines(series,lines,frame,x);const height=chart_top+plotHeight+x.depth;return(0,markup.q)`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id2}-t ${id2}-d">
<title id="${id2}-t">${series.title}</title><desc id="${id2}-d">${describe(series,lines)}</desc>
${gridLines(frame)}${marks}${x.axis}
</svg>`}function describe(series,lines){const kind=series.form==="bars"?"Bar chart":"Line chart";const names=lines.map(({name})=>name).join(", ");return`${kind} of ${names} over ${series.x.length} val\
ues; the numbers are in the table below it.`}function gridLines({left,y}){const[from,to]=[coordinate(left),width-right];const lines=y.ticks.map(tick=>{const at=coordinate(y.at(tick));return(0,markup.q)`<line class="${tick===
0?"zero":"rule"}" x1="${from}" x2="${to}" y1="${at}" y2="${at}"/>
<text x="${coordinate(left-6)}" y="${at}" dy="0.32em" text-anchor="end">${(0,format.ZV)(tick)}</text>
`});return(0,markup.q)`<g class="grid">${lines}</g>`}function valueAxis(series,{left}){const numbers2=series.x.filter(value=>typeof value==="number"&&Number.isFinite(value));const scale=(0,report_scale.
Y)(Math.min(...numbers2),Math.max(...numbers2),left+4,width-right-4);const bottom=chart_top+plotHeight;const labels=scale.ticks.map(tick=>{const at=coordinate(scale.at(tick));return(0,markup.q)`<line class="tick" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom+
4}"/>
<text x="${at}" y="${bottom+16}" text-anchor="middle">${(0,format.ZV)(tick)}</text>
`});return{at:index=>scale.at(Number(series.x[index])),band:0,axis:(0,markup.q)`<g class="axis">${labels}</g>`,depth:24}}function bandAxis(series,{left}){const band=(width-right-left)/Math.max(1,series.
x.length);const at=index=>left+band*(index+.5);const texts=series.x.map(value=>(0,format.vI)((0,format.Fl)(value),16));const longest=Math.max(...texts.map(text=>text.length))*characterWidth;const level=longest+
4<=band;const every=level?1:Math.max(1,Math.ceil(labelSpacing/band));const bottom=chart_top+plotHeight;const labels=texts.map((text,index)=>{if(index%every!==0)return(0,markup.q)``;const x=coordinate(
at(index));if(level)return(0,markup.q)`<text x="${x}" y="${bottom+16}" text-anchor="middle">${text}</text>`;return(0,markup.q)`<text x="${x}" y="${bottom+10}" text-anchor="end" transform="rotate(-40 ${x} ${bottom+
10})">${text}</text>`});const depth=level?24:16+longest*Math.sin(40*Math.PI/180);return{at,band,axis:(0,markup.q)`<g class="axis">${labels}</g>`,depth:Math.ceil(depth)}}function drawBars(series,lines,{
y},x){const group=Math.max(1,x.band*.82);const bar=group/lines.length;const thickness=coordinate(Math.max(.6,bar-(bar>4?1:0)));return lines.map(({name,values,hue},line)=>{const rects=values.map((value,index)=>{
if(!finite(value))return(0,markup.q)``;const from=coordinate(x.at(index)-group/2+bar*line);const[zero,end]=[y.at(0),y.at(value)];const[top,height]=[coordinate(Math.min(zero,end)),coordinate(Math.abs(zero-
end))];return(0,markup.q)`<rect x="${from}" y="${top}" width="${thickness}" height="${height}">${pointTitle(name,series.x[index],value)}</rect>
`});return(0,markup.q)`<g class="${hue}">${rects}</g>`})}function drawLines(series,lines,{y},x){const dotted=series.x.length<=dotLimit;return lines.map(({name,values,hue},line)=>{const dots=values.map(
(value,index)=>{if(!dotted||!finite(value))return(0,markup.q)``;const[cx,cy]=[coordinate(x.at(index)),coordinate(y.at(value))];return(0,markup.q)`<circle cx="${cx}" cy="${cy}" r="2.6">${pointTitle(name,
series.x[index],value)}</circle>
`});return(0,markup.q)`<g class="${hue}"><path class="line dash${line%4}" d="${path(values,x,y)}"/>${dots}</g>`})}function path(values,x,y){let drawing=false;const steps=[];for(const[index,value]of values.
entries()){if(finite(value)&&Number.isFinite(x.at(index))){steps.push(`${drawing?"L":"M"}${coordinate(x.at(index))} ${coordinate(y.at(value))}`);drawing=true}else drawing=false}return steps.join("")}function pointTitle(name,x,value){
return(0,markup.q)`<title>${name}, ${(0,format.Fl)(x)}: ${(0,format.ZV)(value)}</title>`}function numbers(series,lines){const titles=lines.map(({name})=>(0,markup.q)`<th scope="col" class="number">${name}</th>`);
const left=Math.max(0,series.x.length-numberLimit);const rows=series.x.slice(0,numberLimit).map((value,index)=>{const cells=lines.map(({values})=>{const number=values[index];return(0,markup.q)`<td class="number">${finite(
number)?(0,format.ZV)(number):format.Ge}</td>`});return(0,markup.q)`<tr><th scope="row">${(0,format.Fl)(value)}</th>${cells}</tr>
`});return(0,markup.q)`<details><summary>Numbers</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Numbers of ${series.title}"><table>
<thead><tr><td></td>${titles}</tr></thead>
<tbody>
${rows}</tbody></table></div>${left===0?void 0:(0,markup.q)`<p class="quiet small">${(0,format.ZV)(left)} more are in report.json.</p>`}</details>`}function coordinate(value){return String(Math.round(
value*10)/10)}var forest=__webpack_require__(98895);var order=__webpack_require__(95796);;const style=`
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b2430;--quiet:#586474;--rule:#dfe3e9;--axis:#9aa4b2;--code:#eef1f5;
--pass:#1a7f37;--pass-bg:#e6f4ea;--warn:#8a5a00;--warn-bg:#fdf3d8;--fail:#b42318;--fail-bg:#fdeceb;--unclear:#5b4bb5;--unclear-bg:#eeebfb;--idle:#586474;--idle-bg:#eef1f5;
--h0:#94a1b4;--h1:#d4600b;--h2:#1f6fd1;--h3:#15866b;--h4:#a83a8c;--h5:#6a6f00}
@media(prefers-color-scheme:dark){:root{--page:#10151c;--card:#171e27;--ink:#e4e9f0;--quiet:#9ba7b6;--rule:#2b3541;--axis:#5d6979;--code:#222b36;
--pass:#5fd07f;--pass-bg:#12301d;--warn:#f0bd4e;--warn-bg:#33280d;--fail:#ff8f85;--fail-bg:#3b1815;--unclear:#b5a8ff;--unclear-bg:#262043;--idle:#9ba7b6;--idle-bg:#222b36;
--h0:#7f8da2;--h1:#f5934a;--h2:#6cb0ff;--h3:#4fc7a6;--h4:#e183c6;--h5:#c9cd4a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 20px}
header{padding-top:24px}
h1{margin:0;font-size:1.5rem;line-height:1.25;overflow-wrap:anywhere}
h2{margin:32px 0 10px;font-size:1.13rem}
p{margin:0 0 8px}
.brand{margin:0 0 2px;color:var(--quiet);font-size:.8rem;letter-spacing:.06em;text-transform:uppercase}
.quiet{color:var(--quiet)}
.small{font-size:.86rem}
.note{padding:8px 12px 4px}
.banner{display:flex;gap:16px;align-items:center;margin:16px 0 12px;padding:16px 20px;border:1px solid;border-left-width:6px;border-radius:8px}
.banner .mark{width:36px;height:36px;flex:none}
.banner .word{margin:0;font-size:1.05rem;font-weight:700}
.banner .said{margin:0;color:var(--ink);font-size:1.05rem;overflow-wrap:anywhere}
.pass{color:var(--pass)}.warn{color:var(--warn)}.fail{color:var(--fail)}.inconclusive{color:var(--unclear)}.unchecked{color:var(--idle)}
.banner.pass,.badge.pass{background:var(--pass-bg)}.banner.warn,.badge.warn{background:var(--warn-bg)}.banner.fail,.badge.fail{background:var(--fail-bg)}
.banner.inconclusive,.badge.inconclusive{background:var(--unclear-bg)}.badge.unchecked{background:var(--idle-bg)}
.badge{display:inline-flex;gap:6px;align-items:center;padding:1px 9px 1px 7px;border-radius:999px;font-size:.82rem;font-weight:600;white-space:nowrap}
.badge .mark{width:14px;height:14px}
.mark{fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.counts{display:flex;flex-wrap:wrap;gap:8px;margin:0 0 4px;padding:0;list-style:none}
.facts{display:flex;flex-wrap:wrap;gap:2px 20px;margin:0;color:var(--quiet);font-size:.86rem}
.facts div{display:flex;gap:5px;min-width:0}
.facts dt::after{content:":"}
.facts dd{margin:0;color:var(--ink);overflow-wrap:anywhere}
.card,figure{background:var(--card);border:1px solid var(--rule);border-radius:8px}
.scroll{overflow-x:auto}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--h2);outline-offset:2px}
table{width:100%;border-collapse:collapse;font-size:.9rem}
th,td{padding:7px 12px;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
tbody tr:last-child>*{border-bottom:0}
thead th,thead td{color:var(--quiet);font-size:.8rem;font-weight:600;white-space:nowrap;border-bottom-color:var(--axis)}
thead .long{white-space:normal}
tbody th{font-weight:500}
td{overflow-wrap:break-word;max-width:34rem}
.stack td{overflow-wrap:anywhere}
[data-label=from],[data-label=role],[data-label=kind]{white-space:nowrap}
.number{text-align:right;white-space:nowrap}
.checks td.what{min-width:220px;width:46%}
.tables{display:flex;flex-wrap:wrap;column-gap:28px;align-items:flex-start}.tables>section{max-width:100%;min-width:0}
.tables .data{min-width:0}
.data{width:auto;min-width:min(100%,40rem)}
.short{white-space:nowrap}
.fit{width:fit-content;max-width:100%}
.checks td:first-child{width:1%}
.id{display:block;color:var(--quiet);font-size:.82rem;overflow-wrap:anywhere}
.forest{display:block;width:168px;height:18px;margin-top:3px;margin-left:auto}
.forest .interval{stroke:currentColor;stroke-width:1.6;fill:none}.forest .point{fill:currentColor}.forest .zero{stroke:var(--axis);stroke-width:1;stroke-dasharray:2 2}.forest .limit{stroke:var(--h1);s\
troke-width:2}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:14px}
figure{margin:0;padding:12px 14px 8px;min-width:0}
figcaption{font-weight:600;overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;margin:2px 0 6px;padding:0;list-style:none;color:var(--quiet);font-size:.84rem}
.legend li{display:flex;gap:6px;align-items:center;overflow-wrap:anywhere}
.key{width:11px;height:11px;flex:none}
.chart{display:block;width:100%;height:auto}
.chart text{fill:var(--quiet);font-size:11px}
.grid .rule{stroke:var(--rule)}.grid .zero,.axis .tick{stroke:var(--axis)}
.hue0{fill:var(--h0);stroke:var(--h0)}.hue1{fill:var(--h1);stroke:var(--h1)}.hue2{fill:var(--h2);stroke:var(--h2)}
.hue3{fill:var(--h3);stroke:var(--h3)}.hue4{fill:var(--h4);stroke:var(--h4)}.hue5{fill:var(--h5);stroke:var(--h5)}
.chart rect,.key rect{stroke:none}
.line{fill:none;stroke-width:2;stroke-linejoin:round}.dash1{stroke-dasharray:7 3}.dash2{stroke-dasharray:2 3}.dash3{stroke-dasharray:9 3 2 3}
details{margin-top:6px}
.query .line{display:block}
.query pre{margin:4px 0 0;padding:9px 12px;background:var(--code);border-radius:6px;font:.84rem ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;user-se\
lect:all;-webkit-user-select:all}
summary{cursor:pointer;color:var(--quiet);font-size:.86rem;padding:4px 0}
.card>details{margin:0}.card>details>summary{padding:9px 12px}
figure details table{font-size:.84rem}figure details th,figure details td{padding:3px 8px}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--code);border-radius:4px;padding:1px 5px;overflow-wrap:anywhere}
.digest{display:inline-block;max-width:19ch;overflow:hidden;white-space:nowrap;text-overflow:ellipsis;vertical-align:bottom;user-select:all;-webkit-user-select:all}
footer{margin-top:32px;padding-bottom:32px;color:var(--quiet);font-size:.84rem}
@media(max-width:640px){
main,header,footer{padding-left:12px;padding-right:12px}
.banner{padding:12px 14px;gap:12px}
.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack,.stack tbody,.stack tr,.stack td{display:block}
.stack tr{padding:8px 0;border-bottom:1px solid var(--rule)}.stack tr:last-child{border-bottom:0}
.stack td,.checks td:first-child{width:auto;padding:2px 12px;border:0;text-align:left;white-space:normal}
.stack td:empty{display:none}
.checks td.number{display:inline-block}
.stack td[data-label]::before{content:attr(data-label) ": ";color:var(--quiet);font-size:.82rem}
.forest{margin-left:0}
}
@media print{
:root{color-scheme:light;--page:#fff}
html,body{font-size:11px}
.charts{grid-template-columns:1fr 1fr}
.card,figure,.banner{break-inside:avoid-page}
.card{border:0}
.digest{max-width:none;white-space:normal;overflow-wrap:anywhere}
.scroll{overflow:visible}
.card details::details-content{content-visibility:visible;block-size:auto}
}
`;;const foldedAfter=8;const rowLimit=1e3;const unbroken=24;function renderHtml(report){const styleDigest=(0,external_node_crypto_.createHash)("sha256").update(style).digest("base64");const page=(0,markup.
q)`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleDigest}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${report.verdict}: ${report.command} of ${report.model} – Titleholder</title>
<style>${new markup.V(style)}</style>
</head>
<body>
${heading(report)}
<main>
${checksSection(report.checks)}
${report.tables.slice(0,1).map(tableSection)}
${chartsSection(report)}
<div class="tables">${report.tables.slice(1).map(tableSection)}</div>
${artifactsSection(report)}
${configurationSection(report)}
${runSection(report)}
</main>
<footer>Result <code class="digest" title="${report.result}">${report.result}</code> · equal evidence gives the same
result on a rerun. <code>report.json</code> beside this page holds the same facts as data.</footer>
</body>
</html>
`;return page.text}function heading(report){const counts=(0,order.qX)(report.checks);const badges=counts.map(([verdict,count])=>(0,markup.q)`<li>${badge(verdict,`${(0,format.ZV)(count)} ${verdict}`)}</li>`);
return(0,markup.q)`<header>
<p class="brand">Titleholder</p>
<h1>${report.command} of ${report.model}</h1>
<div class="banner ${report.verdict}">${mark(report.verdict)}<div>
<p class="word">${report.verdict}: ${order.ak[report.verdict]}</p>
<p class="said">${report.summary}</p>
</div></div>
${counts.length===0?void 0:(0,markup.q)`<ul class="counts" aria-label="Checks by verdict">${badges}</ul>`}
<dl class="facts">${facts(report).map(([name,value])=>(0,markup.q)`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>`}function facts({run}){const took=Date.parse(run.finished)-Date.parse(run.started);const{ci}=run;return[["finished",(0,format.r4)(run.finished)],...Number.isFinite(took)?[["took",(0,quantity.
a3)(took)]]:[],...ci===void 0?[]:[["repository",ci.repository],["commit",ci.sha.slice(0,12)],["started by",ci.actor]],["version",run.version]]}const shapes={pass:'<circle cx="12" cy="12" r="10"/><path\
 d="M7 12.5l3.5 3.5L17 9"/>',warn:'<path d="M12 2.5L22.5 21h-21z"/><path d="M12 9.5v5M12 17.7v.1"/>',fail:'<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/><path d="M8.5 8.5l7 7M15.5 8.5l-7 7"/>',inconclusive:'\
<circle cx="12" cy="12" r="10"/><path d="M9 9.2c.3-1.7 1.5-2.6 3-2.6 1.7 0 3 1.1 3 2.7 0 2.2-3 2.4-3 4.7M12 17.4v.1"/>',unchecked:'<circle cx="12" cy="12" r="10" stroke-dasharray="3 3.28"/><path d="M8\
 12h8"/>'};function mark(verdict){return(0,markup.q)`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true">${new markup.V(shapes[verdict])}</svg>`}function badge(verdict,text){return(0,markup.q)`<span class="badge ${verdict}">${mark(
verdict)}${text}</span>`}function checksSection(checks){if(checks.length===0)return void 0;const ordered=(0,order.g)(checks);const passed=ordered.filter(check=>check.verdict==="pass");const fold=passed.
length>foldedAfter&&passed.length<ordered.length;const scales=(0,forest.xl)(checks);const shown=fold?ordered.filter(check=>check.verdict!=="pass"):ordered;const folded=fold?(0,markup.q)`<details><summary>${(0,
format.B4)(passed.length,"passed check")}</summary>${checksTable(passed,scales)}</details>`:void 0;const note=scales.size===0?void 0:(0,markup.q)`<p class="quiet small">Bars show an effect with its interval; those of one method share an axis. The dashed line is zero, the solid one the limit that the interval must lie beyond.</p>`;
return(0,markup.q)`<section><h2>Checks</h2><div class="card">${checksTable(shown,scales)}${folded}</div>${note}</section>`}function checksTable(all,scales){const checks=all.slice(0,rowLimit);const more=all.
length-checks.length;const note=more===0?void 0:(0,markup.q)`<p class="note quiet small">${(0,format.ZV)(more)} more checks are in report.json.</p>`;const some={observed:checks.some(check=>check.observed!==
void 0),expected:checks.some(check=>check.expected!==void 0),effect:checks.some(check=>check.effect!==void 0||check.interval!==void 0),p:checks.some(check=>check.p!==void 0),n:checks.some(check=>check.
n!==void 0)};const head=["observed","expected","effect","p","n"].filter(name=>some[name]);const textual=new Set(["observed","expected"].filter(name=>!(0,format.kf)(checks.map(check=>check[name]))));const className=name=>textual.
has(name)?(0,markup.q)``:(0,markup.q)` class="number"`;const rows=checks.map(check=>{const cells={observed:formatOptional(check.observed),expected:formatOptional(check.expected),effect:effectCell(check,
scales),p:check.p===void 0?void 0:(0,format.MA)(check.p),n:check.n===void 0?void 0:(0,format.ZV)(check.n)};const place=check.place===void 0?"":(0,error.df)(check.place);const details=[check.id,check.method??
"",place].filter(part=>part!=="").join(" \xB7 ");return(0,markup.q)`<tr><td>${badge(check.verdict,check.verdict)}</td>
<td class="what">${check.message}<span class="id">${details}</span></td>
${head.map(name=>(0,markup.q)`<td${className(name)} data-label="${name}">${cells[name]}</td>`)}</tr>
`});const titles=head.map(name=>(0,markup.q)`<th scope="col"${className(name)}>${name}</th>`);return(0,markup.q)`${scrolling("Checks",(0,markup.q)`<table class="checks stack">
<thead><tr><th scope="col">verdict</th><th scope="col">check</th>${titles}</tr></thead>
<tbody>
${rows}</tbody></table>`)}${note}`}function formatOptional(value){return value===void 0?void 0:(0,format.Fl)(value)}function effectCell(check,scales){if(check.effect===void 0&&check.interval===void 0)
return void 0;const effect=check.effect===void 0?"":(0,format.Gp)(check.effect);const interval=check.interval===void 0?void 0:(0,markup.q)` <span class="quiet">${(0,format.vy)(check.interval)}</span>`;
return(0,markup.q)`${effect}${interval}${(0,forest.VS)(check,scales)}`}function chartsSection(report){if(report.series.length===0)return void 0;const charts=report.series.map((series,index)=>renderChart(
series,`chart-${index}`));return(0,markup.q)`<section><h2>Charts</h2><div class="charts">${charts}</div></section>`}function scrolling(label,content){return(0,markup.q)`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${content}</div>`}
function tableSection(table){const numeric=table.columns.map((_,column)=>(0,format.kf)(table.rows.map(row=>row[column])));const className=(column,text)=>numeric[column]?"number":text.length<=unbroken?
"short":"long";const titles=table.columns.map((name,column)=>(0,markup.q)`<th scope="col" class="${className(column,name)}">${name}</th>`);const rows=table.rows.slice(0,rowLimit).map(row=>{const cells=table.
columns.map((_,column)=>{const text=(0,format.Fl)(row[column]);return(0,markup.q)`<td class="${className(column,text)}">${text}</td>`});return(0,markup.q)`<tr>${cells}</tr>
`});const empty=(0,markup.q)`<tr><td colspan="${Math.max(1,table.columns.length)}" class="quiet">No rows.</td></tr>`;const left=(table.more??0)+table.rows.length-rows.length;const more=left===0?void 0:
(0,markup.q)`<p class="quiet small">${(0,format.B4)(left,"more row")} not shown.</p>`;const content=(0,markup.q)`<table class="data">
<thead><tr>${titles}</tr></thead>
<tbody>
${rows.length===0?empty:rows}</tbody></table>`;return(0,markup.q)`<section><h2>${table.title}</h2><div class="card fit">${scrolling(table.title,content)}</div>${more}${queryText(table)}${diffText(table)}</section>`}
function diffText({diff}){if(diff===void 0)return void 0;return(0,markup.q)`<details class="query" open><summary class="small">As a diff</summary><pre tabindex="0">${diff.map(line=>(0,markup.q)`<span class="line">${line}</span>`)}</pre></details>`}
function queryText({query}){if(query===void 0)return void 0;return(0,markup.q)`<details class="query"><summary class="small">Query for all of these rows</summary><pre tabindex="0">${query}</pre></details>`}
function artifactsSection({subjects,materials}){if(subjects.length+materials.length===0)return void 0;const row=role=>artifact=>{const{name,kind,uri,digest}=artifact;const address=uri===void 0||uri===
name?void 0:(0,markup.q)`<span class="id">${uri}</span>`;return(0,markup.q)`<tr><td data-label="role">${role}</td><td data-label="kind">${kind}</td><td>${name}${address}</td>
<td><code class="digest" title="${digest}">${digest}</code></td></tr>
`};const content=(0,markup.q)`<table class="stack">
<thead><tr><th scope="col">role</th><th scope="col">kind</th><th scope="col">name</th><th scope="col">digest</th></tr></thead>
<tbody>
${subjects.map(row("subject"))}${materials.map(row("rests on"))}</tbody></table>`;return(0,markup.q)`<section><h2>Evidence</h2>
<p class="quiet small">What the verdict is about, and what it rests on. A digest is cut to fit; selecting one copies all of it.</p>
<div class="card">${scrolling("Evidence",content)}</div></section>`}const origins={input:"input",file:"titleholder.yaml",default:"default"};function configurationSection({config}){const entries=Object.
entries(config);if(entries.length===0)return void 0;const written=entries.filter(([,{from}])=>from!=="default");const defaults=entries.filter(([,{from}])=>from==="default");const folded=(0,markup.q)`<details><summary>${(0,
format.B4)(defaults.length,"default")}</summary>${configurationTable(defaults)}</details>`;return(0,markup.q)`<section><h2>Configuration</h2><div class="card">
${written.length===0?void 0:configurationTable(written)}${defaults.length===0?void 0:folded}
</div></section>`}function configurationTable(entries){const rows=entries.map(([name,{value,from}])=>{const shown=value===null||value===""?format.Ge:(0,markup.q)`<code>${(0,format.w_)(value)}</code>`;
return(0,markup.q)`<tr><td>${name}</td><td>${shown}</td><td data-label="from">${origins[from]}</td></tr>
`});return scrolling("Configuration",(0,markup.q)`<table class="stack">
<thead><tr><th scope="col">input</th><th scope="col">value</th><th scope="col">from</th></tr></thead>
<tbody>
${rows}</tbody></table>`)}function runSection({run}){const{ci}=run;const rows=[["version",run.version],["started",(0,format.r4)(run.started)],["finished",(0,format.r4)(run.finished)],...Object.entries(
run.timings).map(([phase,ms])=>[`time for ${phase}`,(0,quantity.a3)(ms)])];if(ci!==void 0){rows.push(["repository",ci.repository],["commit",ci.sha],["ref",ci.ref],["event",ci.fromFork?`${ci.event} (fr\
om a fork)`:ci.event],["workflow",ci.workflow],["job",ci.job],["run",`${ci.runId}, attempt ${ci.attempt}`],["started by",ci.actor],["runner",ci.runner])}const lines=rows.map(([name,value])=>(0,markup.
q)`<tr><th scope="row">${name}</th><td>${value}</td></tr>`);return(0,markup.q)`<section><h2>Run</h2><div class="card"><details><summary>When, where and by whom</summary>
${scrolling("Run",(0,markup.q)`<table><tbody>${lines}</tbody></table>`)}</details></div></section>`}}),34110:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.
d(__webpack_exports__,{V:()=>Markup,q:()=>html});var _escape_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(96209);class Markup{text;constructor(text){this.text=text}}function html(strings,...parts){
const text=strings.map((string,index)=>index===0?string:render(parts[index-1])+string);return new Markup(text.join(""))}function render(part){if(part===void 0)return"";if(part instanceof Markup)return part.
text;if(typeof part==="string")return(0,_escape_js__WEBPACK_IMPORTED_MODULE_0__.ZD)(part);return typeof part==="number"?String(part):part.map(render).join("")}}),95796:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{
__webpack_require__.d(__webpack_exports__,{ak:()=>meaning,g:()=>inReadingOrder,qX:()=>countVerdicts});const readingOrder=["fail","inconclusive","warn","unchecked","pass"];function inReadingOrder(checks){
return readingOrder.flatMap(verdict=>checks.filter(check=>check.verdict===verdict))}function countVerdicts(checks){return readingOrder.map(verdict=>[verdict,checks.filter(check=>check.verdict===verdict).
length]).filter(([,count])=>count>0)}const meaning={pass:"the evidence supports going on",warn:"goes on, with something to read",fail:"the evidence is against going on",inconclusive:"not enough eviden\
ce either way",unchecked:"this question was not answered"}}),62466:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{Y:()=>niceScale});
function niceScale(low,high,from,to,count=5){const spread=high>low?high-low:Math.abs(high)>0?Math.abs(high):1;const start=high>low?low:low-spread/2;const step=niceStep(spread/count);const first=Math.floor(
start/step+1e-9);const last=Math.max(first+1,Math.ceil((start+spread)/step-1e-9));const ticks=Array.from({length:last-first+1},(_,index)=>round((first+index)*step,step));const[bottom,top]=[first*step,
last*step];return{low:bottom,high:top,ticks,at:value=>from+(value-bottom)/(top-bottom)*(to-from)}}function niceStep(rough){const power=10**Math.floor(Math.log10(rough));const share=rough/power;return(share<
1.5?1:share<3.5?2:share<7.5?5:10)*power}function round(value,step){return Number(value.toFixed(Math.min(100,Math.max(0,2-Math.floor(Math.log10(step))))))}})};export{id,ids,modules};
