const id=7475;const ids=[7475];const modules={17475:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{uploadReport:()=>uploadReport});
var _kernel_error_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(141);const triesMs=[0,2e3,8e3];const mostCopies=500;async function uploadReport(files,folder,name,log){const{default:client}=await Promise.
all([__webpack_require__.e(4119),__webpack_require__.e(1351),__webpack_require__.e(1659),__webpack_require__.e(9645)]).then(__webpack_require__.bind(__webpack_require__,9645));let copy=1;let unanswered;
let cause;for(const pause of triesMs){await new Promise(resolve=>setTimeout(resolve,pause));for(;copy<=mostCopies;copy+=1){const own=copy===1?name:`${name}-${copy}`;try{const{id:id2,size}=await client.
uploadArtifact(own,[...files],folder);log.info(`uploaded the report as artifact ${own} (id ${id2}, ${size} bytes)`);return id2}catch(error){cause=error;if(!isTaken(error)){unanswered=own;break}if(own===
unanswered){log.info(`artifact ${own} is there already`);return void 0}}}}throw new _kernel_error_js__WEBPACK_IMPORTED_MODULE_0__.TM("backend","TH_ARTIFACT_UPLOAD",`the report could not be uploaded as\
 ${name}: ${cause instanceof Error?cause.message:String(cause)}`,"run the job again, or set upload-report: false and hand the report over in another way",{},cause)}function isTaken(error){return error instanceof
Error&&/already exists|409/.test(error.message)}})};export{id,ids,modules};
