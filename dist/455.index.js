const id=455;const ids=[455];const modules={50455:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.r(__webpack_exports__);__webpack_require__.d(__webpack_exports__,
{implementation:()=>implementation});var node_os__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(48161);var zod__WEBPACK_IMPORTED_MODULE_1__=__webpack_require__(55491);const keptBytes=64*2**20;const graceMs=3e4;
class ProcessLauncher{name="process";#host;#jobs=new Map;constructor(host){this.#host=host}async submit(job){const known=this.#jobs.get(job.key);if(known!==void 0)return{id:known.id};const since=this.#host.
now().toISOString();const stop=new AbortController;const log=new OutputLog;const exit=this.#host.run({argv:shellCommand(job.command),cwd:job.cwd,env:{...this.#host.childEnv,...job.env},...job.wallMs===
void 0?{}:{wallMs:job.wallMs},graceMs,signal:stop.signal,onOutput:(_stream,chunk)=>log.add(chunk)});const started={id:job.key,since,stop,log,ended:this.#watch(job.key,exit,log),status:{state:"running",
since}};this.#jobs.set(job.key,started);return{id:started.id}}find(key){const job=this.#jobs.get(key);return Promise.resolve(job===void 0?void 0:{id:job.id})}status(id2){return Promise.resolve(this.#job(
id2).status)}logs(id2,from,signal){return this.#job(id2).log.read(from,signal)}cancel(id2){const job=this.#job(id2);job.stop.abort(new Error("the job was cancelled"));return job.ended}collect(){return Promise.
resolve([])}async#watch(key,exit,log){let status;try{status=statusOf(await exit,log)}catch(error){status={state:"failed",exitCode:null,failure:"launcher",evidence:error instanceof Error?error.message:
String(error)}}const job=this.#jobs.get(key);if(job!==void 0)job.status=status;log.end();return status}#job(id2){const job=this.#jobs.get(id2);if(job===void 0)throw new Error(`the process launcher has\
 no job ${id2}`);return job}}function statusOf(exit,log){const exitCode=exit.code;if(exit.why==="cancelled")return{state:"cancelled",exitCode};if(exit.why==="time")return{state:"failed",exitCode,failure:"\
time",evidence:"the time limit passed"};if(exitCode===0)return{state:"succeeded",exitCode};const killed=exit.signal==="SIGKILL"||exitCode===137;if(killed||exit.why==="memory"){return{state:"failed",exitCode,
failure:"out-of-memory",evidence:"the process was killed (SIGKILL), as the kernel does when memory runs out"}}const last=log.tail().trimEnd().split(/\r?\n/).slice(-5).join("\n");return{state:"failed",
exitCode,failure:"exit",evidence:last===""?"it printed nothing":last}}function shellCommand(command){return(0,node_os__WEBPACK_IMPORTED_MODULE_0__.platform)()==="win32"?["cmd.exe","/d","/s","/c",command]:
["/bin/sh","-c",command]}class OutputLog{#chunks=[];#first=0;#end=0;#ended=false;#wake=[];add(chunk){this.#chunks.push(chunk);this.#end+=chunk.byteLength;while(this.#end-this.#first>keptBytes&&this.#chunks.
length>1)this.#first+=this.#chunks.shift()?.byteLength??0;this.#notify()}end(){this.#ended=true;this.#notify()}tail(){return Buffer.concat(this.#chunks.slice(-50)).subarray(-8192).toString("utf8")}async*read(from,signal){
let offset=Math.max(from,this.#first);const wakeUp=()=>this.#notify();signal.addEventListener("abort",wakeUp);try{for(;;){signal.throwIfAborted();if(offset<this.#end){const bytes=this.#from(offset);yield{
offset,bytes};offset+=bytes.byteLength}else if(this.#ended){return}else{await new Promise(resolve=>this.#wake.push(resolve))}}}finally{signal.removeEventListener("abort",wakeUp)}}#from(offset){let at=this.#first;
for(const chunk of this.#chunks){if(offset<at+chunk.byteLength)return chunk.subarray(Math.max(0,offset-at));at+=chunk.byteLength}return new Uint8Array}#notify(){const waiting=this.#wake;this.#wake=[];
for(const wake of waiting)wake()}}const implementation={name:"process",summary:"A process on this machine, such as a self-hosted GPU runner.",settings:zod__WEBPACK_IMPORTED_MODULE_1__.rej({}),create:(_settings,host)=>new ProcessLauncher(
host)}})};export{id,ids,modules};
