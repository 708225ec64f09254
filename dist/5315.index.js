const id=5315;const ids=[5315];const modules={95315:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{findBase:()=>findBase});
var external_node_path_=__webpack_require__(76760);var kernel_error=__webpack_require__(141);;const settings=["core.hooksPath=/dev/null","core.fsmonitor=false","core.pager=cat","protocol.allow=never",
"log.showSignature=false"].flatMap(setting=>["-c",setting]);const longestMs=3e4;const largestBytes=16*2**20;async function openRepository(folder,env,run){const own=Object.entries(env).filter(([name])=>!/^GIT_/i.
test(name));const spec={cwd:folder,wallMs:longestMs,env:{...Object.fromEntries(own),GIT_TERMINAL_PROMPT:"0",GIT_OPTIONAL_LOCKS:"0",GIT_NO_LAZY_FETCH:"1",GIT_NO_REPLACE_OBJECTS:"1",LC_ALL:"C"}};const git=async(...args)=>{
const[out,err]=[[],[]];let size=0;const exit=await run({...spec,argv:["git","--no-pager",...settings,...args],onOutput:(stream,chunk)=>{size+=chunk.byteLength;if(size<=largestBytes)(stream==="stdout"?
out:err).push(chunk)}});const code=size>largestBytes||exit.why!=="exited"?null:exit.code;return{code,bytes:Buffer.concat(out),said:Buffer.concat(err).toString("utf8").trim()}};const why=await obstacle(
git);return why===void 0?new LocalRepository(git):{unreadable:why}}async function obstacle(git){let answer;try{answer=await git("rev-parse","--git-dir")}catch(error){if(!(error instanceof kernel_error.
TM))throw error;return"git is not installed"}if(answer.code===0)return void 0;if(/dubious ownership/.test(answer.said))return'the folder belongs to another account, and git does not trust it: run `git\
 config --global --add safe.directory "$PWD"` before';return"the folder is in no git repository"}class LocalRepository{#git;constructor(git){this.#git=git}async commit(revision){const found=await this.#resolve(
`${revision}^{commit}`);return found.code===0?idOf(found):void 0}async parents(commit){const{code,bytes}=await this.#git("cat-file","commit",commit);const head=bytes.toString("utf8").split("\n\n")[0]??
"";return code===0?[...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map(match=>match[1]??""):[]}async mergeBase(one,other){const{code,bytes}=await this.#git("merge-base","--end-of-options",one,other);return code===
0?idOf({bytes}):void 0}async read(commit,path){const found=await this.#resolve(`${commit}:./${path}`);if(found.code===1||/is outside repository/.test(found.said))return void 0;const file=found.code===
0?await this.#git("cat-file","blob",idOf(found)):found;if(file.code===0)return file.bytes;throw new kernel_error.TM("backend","TH_BASE_UNREADABLE",`git cannot read ${path} at ${commit.slice(0,8)}: ${file.
said.split("\n")[0]||"no answer"}`,"check out with `fetch-depth: 2` and without a filter")}#resolve(expression){return this.#git("rev-parse","--verify","--quiet","--end-of-options",expression)}}function idOf({
bytes}){return bytes.toString("utf8").trim()};async function findBase(world,wanted){const opened=await openRepository(world.cwd,world.env,world.run);const repository="unreadable"in opened?void 0:opened;
const why="unreadable"in opened?opened.unreadable:"the checkout holds no earlier commit";if(wanted.revision!==void 0)return named(world,repository,wanted.revision,why);if(world.ci===void 0)return fromMainBranch(
world,repository);const start=await startOf(world.ci,repository);if(start===void 0)return void 0;const name=`${start.name} at ${start.commit.slice(0,8)}`;if(repository!==void 0&&await repository.commit(
start.commit)!==void 0)return{name,read:path=>repository.read(start.commit,fromFolder(world.cwd,path))};if(wanted.token!==void 0){const remote=await world.remote(start.commit,wanted.token);const inside=path=>{
const way=fromFolder(world.workspace,path);return way===".."||way.startsWith("../")||(0,external_node_path_.isAbsolute)(way)?void 0:way};return{name,read:async path=>{const way=inside(path);return way===
void 0?void 0:remote.read(way)}}}throw(0,kernel_error.DN)("TH_BASE_MISSING",`${name} cannot be read: ${why}, and there is no github-token to ask GitHub with`,"check out with `fetch-depth: 2`, or give \
`github-token`")}async function named(world,repository,revision,why){const commit=await repository?.commit(revision);if(repository!==void 0&&commit!==void 0)return{name:commit.startsWith(revision)?commit.
slice(0,8):`${revision} at ${commit.slice(0,8)}`,read:path=>repository.read(commit,fromFolder(world.cwd,path))};throw(0,kernel_error.DN)("TH_BASE_MISSING",repository===void 0?why:`there is no file and\
 no commit "${revision}" here`,"name an earlier contract's file, or a commit, branch or tag that was fetched",{input:"base"})}async function fromMainBranch(world,repository){const commit=await repository?.
mergeBase("origin/HEAD","HEAD");if(repository===void 0||commit===void 0)return void 0;return{name:`the remote's main branch at ${commit.slice(0,8)}`,read:path=>repository.read(commit,fromFolder(world.
cwd,path))}}async function startOf({pullRequest,before,sha,event},repository){if(pullRequest===void 0)return before===void 0?void 0:{commit:before,name:"the commit before"};const{baseRef:name,baseSha,
headSha}=pullRequest;const head=event==="pull_request"?await repository?.commit("HEAD"):void 0;const[first,second,third]=head===sha&&head!==void 0?await repository?.parents(head)??[]:[];const isMerge=second===
headSha&&third===void 0;return{commit:isMerge&&first!==void 0?first:baseSha,name}}function fromFolder(folder,path){return(0,external_node_path_.relative)(folder,path).replaceAll(external_node_path_.sep,
"/")}})};export{id,ids,modules};
