const id=234;const ids=[234];const modules={20234:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.r(__webpack_exports__);__webpack_require__.d(__webpack_exports__,
{settleWithin:()=>settleWithin});var _node_host_js__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(9569);var __addDisposableResource=function(env,value,async){if(value!==null&&value!==void 0){if(typeof value!==
"object"&&typeof value!=="function")throw new TypeError("Object expected.");var dispose,inner;if(async){if(!Symbol.asyncDispose)throw new TypeError("Symbol.asyncDispose is not defined.");dispose=value[Symbol.
asyncDispose]}if(dispose===void 0){if(!Symbol.dispose)throw new TypeError("Symbol.dispose is not defined.");dispose=value[Symbol.dispose];if(async)inner=dispose}if(typeof dispose!=="function")throw new TypeError(
"Object not disposable.");if(inner)dispose=function(){try{inner.call(this)}catch(e){return Promise.reject(e)}};env.stack.push({value,dispose,async})}else if(async){env.stack.push({async:true})}return value};
var __disposeResources=(function(SuppressedError2){return function(env){function fail(e){env.error=env.hasError?new SuppressedError2(e,env.error,"An error was suppressed during disposal."):e;env.hasError=
true}var r,s=0;function next(){while(r=env.stack.pop()){try{if(!r.async&&s===1)return s=0,env.stack.push(r),Promise.resolve().then(next);if(r.dispose){var result=r.dispose.call(r.value);if(r.async)return s|=
2,Promise.resolve(result).then(next,function(e){fail(e);return next()})}else s|=1}catch(e){fail(e)}}if(s===1)return env.hasError?Promise.reject(env.error):Promise.resolve();if(env.hasError)throw env.error}
return next()}})(typeof SuppressedError==="function"?SuppressedError:function(error,suppressed,message){var e=new Error(message);return e.name="SuppressedError",e.error=error,e.suppressed=suppressed,e});
const settleLimitMs=5e3;async function settleWithin(command,state,options){const env_1={stack:[],error:void 0,hasError:false};try{if(state===void 0||command.settle===void 0)return;const host=__addDisposableResource(
env_1,await(0,_node_host_js__WEBPACK_IMPORTED_MODULE_0__.nodeHost)({...options,signal:AbortSignal.timeout(settleLimitMs)}),true);try{await command.settle(state,host)}catch(error){options.log.warn(`cou\
ld not settle what this run left: ${error instanceof Error?error.message:String(error)}; the next run will`)}}catch(e_1){env_1.error=e_1;env_1.hasError=true}finally{const result_1=__disposeResources(env_1);
if(result_1)await result_1}}})};export{id,ids,modules};
