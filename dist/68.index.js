const id=68;const ids=[68];const modules={20068:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{runHelper:()=>runHelper});;const roles={
"predict":async()=>(await Promise.all([__webpack_require__.e(491),__webpack_require__.e(376)]).then(__webpack_require__.bind(__webpack_require__,10376))).role,"route":async()=>(await Promise.all([__webpack_require__.
e(491),__webpack_require__.e(223)]).then(__webpack_require__.bind(__webpack_require__,43223))).role,"serve":async()=>(await Promise.all([__webpack_require__.e(491),__webpack_require__.e(511),__webpack_require__.
e(371),__webpack_require__.e(313)]).then(__webpack_require__.bind(__webpack_require__,44152))).role};var files=__webpack_require__(51378);var helper_wire=__webpack_require__(85047);var hosts_native=__webpack_require__(
29561);;const closeLimitMs=2e3;function runHelper(){const abort=new AbortController;let handler;let detached=false;let queue=Promise.resolve();const send=message=>{if(process.connected)process.send?.(
message,void 0,void 0,()=>void 0)};const finish=async()=>{abort.abort(new Error("the helper is ending"));setTimeout(()=>process.exit(1),closeLimitMs);await handler?.close().catch(()=>void 0);process.exit(
0)};const start=async message=>{const load=Object.hasOwn(roles,message.role)?roles[message.role]:void 0;if(load===void 0)throw new Error(`no helper role ${message.role}`);const context={files:(0,files.
nodeFiles)(),now:()=>new Date,signal:abort.signal,log:text=>void process.stderr.write(`${text}
`),native:name=>(0,hosts_native.Sf)(name,message.native)};handler=await(await load()).start(message.args,context);send({kind:"started"})};const answer=async message=>{if(handler===void 0)throw new Error(
"the helper has not started");const reply=await handler.request(message.message,message.bytes);send({kind:"answer",id:message.id,message:reply.message,bytes:reply.bytes??[]})};for(const stream of[process.
stdout,process.stderr])stream.on("error",()=>void 0);process.on("message",message=>{if(message.kind==="detach"){detached=true}else if(message.kind==="close"){queue=queue.then(finish)}else{const id2=message.
kind==="request"?message.id:helper_wire.WH;const work=message.kind==="request"?()=>answer(message):()=>start(message);queue=queue.then(work).catch(error=>send({kind:"failed",id:id2,error:(0,helper_wire.
BW)(error)}))}});process.on("disconnect",()=>{if(!detached)void finish()});process.on("SIGTERM",()=>void finish());process.on("SIGINT",()=>void 0)}})};export{id,ids,modules};
