const id=6145;const ids=[6145];const modules={15768:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{Fi:()=>retentionMs,TV:()=>latencyEdgesMs,
Zd:()=>bucketMs,cH:()=>WindowedCounts,cu:()=>LabelledCounts});const bucketMs=100;const retentionMs=15*6e4;const latencyEdgesMs=[1,2,5,10,20,30,50,75,100,150,200,300,500,750,1e3,2e3,5e3,1e4];class Tally{requests=0;failures=0;refused=0;latency=new Float64Array(
latencyEdgesMs.length+1);add(outcome,latencyMs){if(outcome==="refused"){this.refused++;return}this.requests++;if(outcome==="failed")this.failures++;const place=bucketOf(latencyMs);this.latency[place]=
(this.latency[place]??0)+1}merge(other){this.requests+=other.requests;this.failures+=other.failures;this.refused+=other.refused;for(const[place,count]of other.latency.entries())this.latency[place]=(this.
latency[place]??0)+count}value(){const{requests,failures,refused}=this;return{requests,failures,refused,latency:[...this.latency]}}}class WindowedCounts{#buckets=new Map;record(arm,outcome,latencyMs,nowMs){
const index=Math.floor(nowMs/bucketMs);let bucket=this.#buckets.get(index);if(bucket===void 0){bucket={stable:new Tally,canary:new Tally};this.#buckets.set(index,bucket);this.#forget(index-retentionMs/
bucketMs)}bucket[arm].add(outcome,latencyMs)}between(fromMs,toMs){const sums={stable:new Tally,canary:new Tally};const[first,last]=[Math.floor(fromMs/bucketMs),Math.floor(toMs/bucketMs)];for(const[index,
bucket]of this.#buckets){if(index<first||index>=last)continue;sums.stable.merge(bucket.stable);sums.canary.merge(bucket.canary)}return{stable:sums.stable.value(),canary:sums.canary.value()}}#forget(before){
for(const index of this.#buckets.keys()){if(index>=before)break;this.#buckets.delete(index)}}}class LabelledCounts{#tallies=new Map;record(label,outcome,latencyMs){let tally=this.#tallies.get(label);if(tally===
void 0){tally=new Tally;this.#tallies.set(label,tally)}tally.add(outcome,latencyMs)}entries(){return[...this.#tallies].map(([label,tally])=>[label,tally.value()])}}function bucketOf(latencyMs){let place=0;
while(place<latencyEdgesMs.length&&latencyMs>(latencyEdgesMs[place]??0))place++;return place}}),10858:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.
d(__webpack_exports__,{T:()=>family,f:()=>exposeCounts});var _counts_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(15768);function exposeCounts(prefix,samples){const counter=(name,help,value)=>family(
`${prefix}_${name}_total`,"counter",help,samples.map(({labels,counts})=>[labels,value(counts)]));return[counter("requests","Requests the model had to answer.",counts=>counts.requests),counter("failure\
s","Requests it failed: 5xx, lost, or timed out.",counts=>counts.failures),counter("refused","Requests refused as the caller's fault (4xx).",counts=>counts.refused),exposeLatency(`${prefix}_latency_se\
conds`,samples)].join("")}function family(name,type,help,values){const lines=values.map(([labels,value])=>`${name}${labelText(labels)} ${value}
`);return`# HELP ${name} ${help}
# TYPE ${name} ${type}
${lines.join("")}`}function exposeLatency(name,samples){const lines=samples.flatMap(({labels,counts})=>{let sum=0;const cumulative=counts.latency.map(count=>sum+=count);const edges=[..._counts_js__WEBPACK_IMPORTED_MODULE_0__.
TV.map(edge=>String(edge/1e3)),"+Inf"];return[...edges.map((le,place)=>`${name}_bucket${labelText({...labels,le})} ${cumulative[place]??0}
`),`${name}_count${labelText(labels)} ${sum}
`]});return`# HELP ${name} Time to answer.
# TYPE ${name} histogram
${lines.join("")}`}function labelText(labels){const escaped=text=>text.replaceAll("\\","\\\\").replaceAll('"','\\"').replaceAll("\n","\\n");const parts=Object.entries(labels).map(([name,value])=>`${name}\
="${escaped(value)}"`);return parts.length===0?"":`{${parts.join(",")}}`}}),22008:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,
{$Q:()=>isAuthorised,FV:()=>refuseWebPages,KT:()=>listen,Te:()=>limitServer,j$:()=>HttpError,jD:()=>sendJson,n4:()=>sendError,oF:()=>sendText,qW:()=>closeServer,uC:()=>loopback,uv:()=>newToken,x8:()=>readBody});
var node_crypto__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(77598);var node_net__WEBPACK_IMPORTED_MODULE_1__=__webpack_require__(77030);var _kernel_error_js__WEBPACK_IMPORTED_MODULE_2__=__webpack_require__(
141);const loopback="127.0.0.1";class HttpError extends Error{status;code;constructor(status,code,message){super(message);this.name="HttpError";this.status=status;this.code=code}}function refuseWebPages({
headers}){const refused=what=>new HttpError(403,"TH_SERVING_ORIGIN",`${what}: web pages are not answered here`);if(headers.origin!==void 0)throw refused("the request carries Origin");const site=headers["\
sec-fetch-site"];if(site!==void 0&&site!=="same-origin"&&site!=="none")throw refused("the request is of another site");if(headers.host===void 0||isLoopbackHost(headers.host))return;throw new HttpError(
403,"TH_SERVING_HOST","this server is only asked for by its loopback address: a proxy in front must write that in Host")}function isLoopbackHost(host){const name=host.toLowerCase().replace(/:\d*$/,"");
return name==="localhost"||name==="[::1]"||(0,node_net__WEBPACK_IMPORTED_MODULE_1__.isIPv4)(name)&&name.startsWith("127.")}function readBody(request,limit){return new Promise((resolve,reject)=>{const chunks=[];
let size=0;const declared=Number(request.headers["content-length"]??0);if(declared>limit)return refuse();function refuse(){reject(new HttpError(413,"TH_SERVING_BODY_SIZE",`the body is larger than ${limit}\
 bytes`));request.resume()}request.on("data",chunk=>{size+=chunk.length;if(size>limit)refuse();else chunks.push(chunk)});request.on("end",()=>resolve(chunks.length===1&&chunks[0]!==void 0?chunks[0]:Buffer.
concat(chunks)));request.on("error",()=>reject(new HttpError(400,"TH_SERVING_BODY","the request broke off")))})}function sendJson(response,status,value){send(response,status,"application/json",JSON.stringify(
value))}function sendText(response,status,text){send(response,status,"text/plain; charset=utf-8; version=0.0.4",text)}function sendError(response,error){if(error.status===413)response.setHeader("conne\
ction","close");sendJson(response,error.status,{error:error.message,code:error.code})}function send(response,status,type,text){if(response.headersSent||response.destroyed)return;const body=Buffer.from(
text);response.writeHead(status,{"content-type":type,"content-length":body.length});response.end(body)}function limitServer(server){server.headersTimeout=1e4;server.requestTimeout=3e4;server.keepAliveTimeout=
75e3}function listen(server,port){return new Promise((resolve,reject)=>{server.once("error",cause=>{const why=cause.code==="EADDRINUSE"?"another program listens there":cause.code??cause.message;reject(
new _kernel_error_js__WEBPACK_IMPORTED_MODULE_2__.TM("configuration","TH_SERVING_PORT",`port ${port} cannot be opened: ${why}`,"choose another `port`, or end the program that has it",{input:"port"},cause))});
server.listen(port,loopback,()=>resolve(server.address().port))})}function closeServer(server,graceMs){return new Promise(resolve=>{const cut=setTimeout(()=>server.closeAllConnections(),graceMs);server.
close(()=>{clearTimeout(cut);resolve()});server.closeIdleConnections()})}function newToken(){return(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(24).toString("base64url")}function isAuthorised(request,token){
const digest=text=>(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)("sha256").update(text).digest();return(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.timingSafeEqual)(digest(request.headers.authorization??
""),digest(`Bearer ${token}`))}}),39782:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{S:()=>whileRemembered});const lookMs=5e3;
function whileRemembered(context,path,end){if(path===null)return()=>void 0;let missing=0;const look=async()=>{const facts=await context.files.facts(path).catch(()=>"unreadable");missing=facts===void 0?
missing+1:0;if(missing>=2)end()};const watch=setInterval(()=>void look(),lookMs);return()=>clearInterval(watch)}}),76145:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{
__webpack_require__.r(__webpack_exports__);__webpack_require__.d(__webpack_exports__,{role:()=>role});var external_node_http_=__webpack_require__(37067);var schemas=__webpack_require__(55491);var random=__webpack_require__(
14918);var errors=__webpack_require__(961);var core_errors=__webpack_require__(37428);var http=__webpack_require__(22008);;const bodyLimitBytes=64*1024;const backendSchema=schemas.rej({id:schemas.YjP(),
version:schemas.YjP(),port:schemas.Whr().min(1).max(65535)});const assignSchema=schemas.rej({rollout:schemas.YjP().nullable(),stable:backendSchema.nullable(),canary:backendSchema.nullable()});const weightSchema=schemas.
rej({rollout:schemas.YjP(),percent:schemas.Whr().min(0).max(100)});const leaseSchema=schemas.rej({rollout:schemas.YjP(),seconds:schemas.aig().gt(0).nullable()});const windowSchema=schemas.rej({from:schemas.
aig(),to:schemas.aig()});function adminHandler(router,token,stop){const calls=new Map([["/status",()=>router.status()],["/arms",body=>{const{rollout,stable,canary}=assignSchema.parse(body);router.assign(
rollout,stable,canary);return router.status()}],["/weight",body=>{const{rollout,percent}=weightSchema.parse(body);router.setWeight(rollout,percent);return router.status()}],["/lease",body=>{const{rollout,
seconds}=leaseSchema.parse(body);if(seconds!==null)return{held:router.renewLease(rollout,seconds)};router.releaseLease(rollout);return{held:true}}],["/window",body=>{const{from,to}=windowSchema.parse(
body);return router.window(from,to)}],["/stop",()=>{stop();return{}}]]);return async(request,response)=>{try{(0,http.FV)(request);if(!(0,http.$Q)(request,token))throw new http.j$(401,"TH_SERVING_TOKEN",
"a token is needed");const call=calls.get(request.url??"");if(call===void 0||request.method!=="POST")throw new http.j$(404,"TH_SERVING_PATH","no such call");const body=(await(0,http.x8)(request,bodyLimitBytes)).
toString();(0,http.jD)(response,200,call(body===""?{}:JSON.parse(body)))}catch(error){(0,http.n4)(response,asHttpError(error))}}}function asHttpError(error){if(error instanceof http.j$)return error;if(error instanceof
errors.G)return new http.j$(400,"TH_SERVING_BODY",core_errors.S1(error));if(error instanceof SyntaxError)return new http.j$(400,"TH_SERVING_BODY","the body is not JSON");return new http.j$(500,"TH_SER\
VING_BUG",String(error))}var remembered=__webpack_require__(39782);var counts=__webpack_require__(15768);var exposition=__webpack_require__(10858);;class WeightedSplit{#random;#weight=0;#run=[];constructor(random2){
this.#random=random2}get weight(){return this.#weight}setWeight(percent){if(!(Number.isInteger(percent)&&percent>=0&&percent<=100)){throw new RangeError(`a weight is a whole percent from 0 to 100, not\
 ${percent}`)}if(percent===this.#weight)return;this.#weight=percent;this.#run=[]}next(){if(this.#weight===0)return"stable";if(this.#weight===100)return"canary";const drawn=this.#run.pop()??this.#begin();
return drawn?"canary":"stable"}#begin(){const divisor=greatestCommonDivisor(this.#weight,100);const length=100/divisor;const canaries=this.#weight/divisor;this.#run=this.#random.shuffle(Array.from({length},
(_,place)=>place<canaries));return this.#run.pop()??false}armOf(key){return placeOf(key)*100<this.#weight?"canary":"stable"}}function greatestCommonDivisor(a,b){return b===0?a:greatestCommonDivisor(b,
a%b)}function placeOf(key){let hash=2166136261;for(let i=0;i<key.length;i++)hash=Math.imul(hash^key.charCodeAt(i),16777619);hash=Math.imul(hash^hash>>>16,2246822507);hash=Math.imul(hash^hash>>>13,3266489909);
return((hash^hash>>>16)>>>0)/2**32};class ConnectionLost extends Error{reused;constructor(reused,cause){super("the connection to the model server was lost",{cause});this.name="ConnectionLost";this.reused=
reused}}const hopHeaders=new Set(["connection","keep-alive","proxy-authenticate","proxy-authorization","proxy-connection","te","trailer","transfer-encoding","upgrade","content-length","expect"]);function passOn(headers){
const kept={};for(const name in headers)if(!hopHeaders.has(name)&&headers[name]!==void 0)kept[name]=headers[name];return kept}class Upstream{backend;#agent=new external_node_http_.Agent({keepAlive:true,
maxSockets:512,maxFreeSockets:128,scheduling:"lifo"});#inFlight=0;#retired=false;constructor(backend){this.backend=backend}async ask(method,path,headers,body,timeoutMs){this.#inFlight++;try{return await this.#once(
method,path,headers,body,timeoutMs)}catch(error){if(!(error instanceof ConnectionLost&&error.reused))throw error;return await this.#once(method,path,headers,body,timeoutMs,false)}finally{this.#inFlight--;
this.#closeWhenIdle()}}retire(){this.#retired=true;this.#closeWhenIdle()}#closeWhenIdle(){if(this.#retired&&this.#inFlight===0)this.#agent.destroy()}#once(method,path,headers,body,timeoutMs,keepAlive=true){
return new Promise((resolve,reject)=>{const request=(0,external_node_http_.request)({host:http.uC,port:this.backend.port,method,path,headers:{...passOn(headers),"content-length":body.length},agent:keepAlive?
this.#agent:false});const lose=cause=>reject(new ConnectionLost(request.reusedSocket&&keepAlive,cause));const limit=setTimeout(()=>{reject(new ConnectionLost(false,new Error(`no answer within ${timeoutMs}\
 ms`)));request.destroy()},timeoutMs);request.on("error",cause=>{clearTimeout(limit);lose(cause)});request.on("response",response=>{const chunks=[];response.on("data",chunk=>chunks.push(chunk));response.
on("error",lose);response.on("close",()=>{clearTimeout(limit);if(!response.complete)return lose(new Error("the answer broke off"));const whole=chunks.length===1&&chunks[0]!==void 0?chunks[0]:Buffer.concat(
chunks);resolve({status:response.statusCode??502,headers:response.headers,body:whole})})});request.end(body)})}};const openPaths=/^\/(v2(\/.*)?|invocations|ping|health|version)$/;const inferencePaths=/^\/(invocations|v2\/models\/[^/]+(\/versions\/[^/]+)?\/infer)$/;
class Router{#options;#split;#windows=new counts.cH;#totals=new counts.cu;#arms={};#startedMs;#rollout=null;#lease;#leaseLost=false;#retries=0;constructor(options){this.#options=options;this.#split=new WeightedSplit(
options.random);this.#startedMs=options.now()}async handle(request,response){try{(0,http.FV)(request);const path=(request.url??"/").split("?",1)[0]??"/";if(path==="/metrics")return(0,http.oF)(response,
200,this.exposition());if(path==="/v2/health/live")return(0,http.jD)(response,200,{live:true});if(!openPaths.test(path))throw new http.j$(404,"TH_SERVING_PATH",`there is nothing at ${path}`);if(request.
method!=="GET"&&request.method!=="POST"){throw new http.j$(405,"TH_SERVING_METHOD",`${request.method} is not answered here`)}const body=await(0,http.x8)(request,this.#options.bodyLimitBytes);const counted=request.
method==="POST"&&inferencePaths.test(path);const{upstream,answer}=counted?await this.#infer(request,body):await this.#pass(request,body);relay(response,answer,upstream,this.#armOf(upstream))}catch(error){
if(error instanceof http.j$)(0,http.n4)(response,error);else if(error instanceof ConnectionLost){(0,http.n4)(response,new http.j$(502,"TH_SERVING_BACKEND","the model server did not answer"))}else{(0,http.
n4)(response,new http.j$(500,"TH_SERVING_BUG",String(error)))}}}assign(rollout,stable,canary){const same=rollout===this.#rollout&&canary!==null&&this.#arms.canary?.backend.id===canary.id;if(!same)this.#toStable();
this.#rollout=rollout;const known=[this.#arms.stable,this.#arms.canary].filter(upstream=>upstream!==void 0);const take=backend=>backend===null?void 0:known.find(({backend:{id:id2,port}})=>id2===backend.
id&&port===backend.port)??new Upstream(backend);const[nextStable,nextCanary]=[take(stable),take(canary)];for(const upstream of known)if(upstream!==nextStable&&upstream!==nextCanary)upstream.retire();if(nextStable===
void 0)delete this.#arms.stable;else this.#arms.stable=nextStable;if(nextCanary===void 0)delete this.#arms.canary;else this.#arms.canary=nextCanary}setWeight(rollout,percent){this.enforceLease();this.#expect(
rollout);if(percent>0&&this.#arms.canary===void 0)throw new http.j$(409,"TH_SERVING_ARMS","there is no canary");this.#split.setWeight(percent);this.#leaseLost=false}renewLease(rollout,seconds){this.enforceLease();
this.#expect(rollout);this.#lease={untilMs:this.#options.now()+seconds*1e3};return!this.#leaseLost}releaseLease(rollout){this.enforceLease();this.#expect(rollout);this.#lease=void 0}status(){this.enforceLease();
return{startedMs:this.#startedMs,nowMs:this.#options.now(),rollout:this.#rollout,weight:this.#split.weight,arms:{stable:this.#arms.stable?.backend??null,canary:this.#arms.canary?.backend??null},leaseUntilMs:this.#lease?.
untilMs??null,leaseLost:this.#leaseLost}}window(fromMs,toMs){const nowMs=this.#options.now();return{nowMs,startedMs:this.#startedMs,forgottenMs:nowMs-counts.Fi,counts:this.#windows.between(fromMs,toMs)}}exposition(){
const{weight,leaseLost}=this.status();return[(0,exposition.f)("titleholder_router",this.#totals.entries().map(([label,counts2])=>{const[arm="",version=""]=label.split("\n");return{labels:{arm,version},
counts:counts2}})),(0,exposition.T)("titleholder_router_retries_total","counter","Requests asked again of stable.",[[{},this.#retries]]),(0,exposition.T)("titleholder_router_canary_weight_percent","ga\
uge","Share of the canary.",[[{},weight]]),(0,exposition.T)("titleholder_router_lease_lost","gauge","1 after going back for want of a controller.",[[{},leaseLost?1:0]])].join("")}close(){this.#arms.stable?.
retire();this.#arms.canary?.retire()}async#infer(request,body){this.enforceLease();const arm=this.#draw(request);const upstream=this.#arms[arm];if(upstream===void 0)throw nothingServed();const beganMs=this.#options.
now();try{const answer=await this.#ask(upstream,request,body);const outcome=outcomeOf(answer.status);const other=outcome==="refused"&&arm==="canary"?await this.#secondOpinion(request,body):void 0;this.#count(
arm,upstream,other===void 0?outcome:"failed",beganMs);return other??{upstream,answer}}catch(error){if(!(error instanceof ConnectionLost))throw error;this.#count(arm,upstream,"failed",beganMs);const stable=this.#arms.
stable;if(stable===void 0||stable===upstream)throw error;this.#retries++;return{upstream:stable,answer:await this.#ask(stable,request,body)}}}async#secondOpinion(request,body){const upstream=this.#arms.
stable;if(upstream===void 0)return void 0;try{const answer=await this.#ask(upstream,request,body);if(outcomeOf(answer.status)!=="answered")return void 0;this.#retries++;return{upstream,answer}}catch(error){
if(error instanceof ConnectionLost)return void 0;throw error}}async#pass(request,body){const upstream=this.#arms.stable;if(upstream===void 0)throw nothingServed();return{upstream,answer:await this.#ask(
upstream,request,body)}}#draw(request){if(this.#arms.canary===void 0)return"stable";const{affinityHeader}=this.#options;const key=affinityHeader===void 0?void 0:request.headers[affinityHeader];return typeof key===
"string"&&key!==""?this.#split.armOf(key):this.#split.next()}#ask(upstream,request,body){const{method="GET",url="/",headers}=request;return upstream.ask(method,url,headers,body,this.#options.answerLimitMs)}#count(arm,upstream,outcome,beganMs){
const nowMs=this.#options.now();this.#windows.record(arm,outcome,nowMs-beganMs,nowMs);this.#totals.record(`${arm}
${upstream.backend.version}`,outcome,nowMs-beganMs)}#armOf(upstream){return upstream===this.#arms.canary?"canary":"stable"}#expect(rollout){if(rollout===this.#rollout)return;throw new http.j$(409,"TH_\
SERVING_ROLLOUT",`the router knows ${this.#rollout??"no rollout"}, not ${rollout}`)}enforceLease(){if(this.#lease===void 0||this.#options.now()<this.#lease.untilMs)return;this.#toStable();this.#leaseLost=
true}#toStable(){this.#split.setWeight(0);this.#lease=void 0;this.#leaseLost=false}}function outcomeOf(status){if(status>=500)return"failed";return status>=400?"refused":"answered"}function nothingServed(){
return new http.j$(503,"TH_SERVING_EMPTY","no model is served here yet")}function relay(response,answer,upstream,arm){if(response.destroyed)return;response.writeHead(answer.status,{...passOn(answer.headers),
"content-length":answer.body.length,"x-titleholder-arm":arm,"x-titleholder-version":upstream.backend.version});response.end(answer.body)};const argsSchema=schemas.rej({port:schemas.Whr().min(0).max(65535),
token:schemas.YjP().min(16),seed:schemas.Whr(),rememberedIn:schemas.YjP().nullable(),affinityHeader:schemas.YjP().nullable(),bodyLimitBytes:schemas.Whr().default(4*2**20),answerLimitMs:schemas.Whr().default(
1e4)});const leaseWatchMs=100;const role={name:"route",async start(args,context){const{port,token,seed,rememberedIn,affinityHeader,bodyLimitBytes:bodyLimitBytes2,answerLimitMs}=argsSchema.parse(args);
const router=new Router({random:(0,random.s)(seed),now:()=>context.now().getTime(),bodyLimitBytes:bodyLimitBytes2,answerLimitMs,...affinityHeader===null?{}:{affinityHeader:affinityHeader.toLowerCase()}});
const open=(0,external_node_http_.createServer)((request,response)=>void router.handle(request,response));const answerAdmin=adminHandler(router,token,()=>setImmediate(()=>void close()));const admin=(0,
external_node_http_.createServer)((request,response)=>void answerAdmin(request,response));for(const server of[open,admin])(0,http.Te)(server);const ports={port:await(0,http.KT)(open,port),adminPort:await(0,
http.KT)(admin,0)};const watch=setInterval(()=>router.enforceLease(),leaseWatchMs);const forget=(0,remembered.S)(context,rememberedIn,()=>void close());async function close(){forget();clearInterval(watch);
await Promise.all([(0,http.qW)(open,2e3),(0,http.qW)(admin,200)]);router.close()}return{request:async()=>({message:{...ports}}),close}}}}),14918:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{
__webpack_require__.d(__webpack_exports__,{s:()=>createRandom});const warmUp=12;const twoTo32=2**32;function createRandom(seed){if(typeof seed==="number"&&!Number.isSafeInteger(seed)){throw new RangeError(
`a seed must be a whole number or a text, not ${seed}`)}const[low,high]=typeof seed==="string"?[fnv1a(seed),seed.length]:[seed>>>0,Math.floor(seed/twoTo32)>>>0];const next=smallFastCounter(0,low,high,
1);for(let i=0;i<warmUp;i++){next()}return randomFrom(next)}function smallFastCounter(first,second,third,counter){let[a,b,c,count]=[first|0,second|0,third|0,counter|0];return()=>{const value=a+b+count|
0;count=count+1|0;a=b^b>>>9;b=c+(c<<3)|0;c=(c<<21|c>>>11)+value|0;return value>>>0}}function randomFrom(next){const uniform=()=>((next()>>>5)*67108864+(next()>>>6))/9007199254740992;const integer=below=>{
if(!(Number.isInteger(below)&&below>=1&&below<=twoTo32)){throw new RangeError(`below must be a whole number in 1..2^32, not ${below}`)}const limit=Math.floor(twoTo32/below)*below;let bits=next();while(bits>=
limit){bits=next()}return bits-Math.floor(bits/below)*below};return{uniform,integer,normal:()=>Math.sqrt(-2*Math.log(1-uniform()))*Math.cos(2*Math.PI*uniform()),shuffle:items=>{const shuffled=[...items];
for(let i=shuffled.length-1;i>0;i--){const j=integer(i+1);[shuffled[i],shuffled[j]]=[shuffled[j],shuffled[i]]}return shuffled}}}function fnv1a(text){let hash=2166136261;for(let i=0;i<text.length;i++){
hash=Math.imul(hash^text.charCodeAt(i),16777619)}return hash>>>0}})};export{id,ids,modules};
