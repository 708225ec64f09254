const id=1124;const ids=[1124];const modules={81124:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.r(__webpack_exports__);__webpack_require__.d(__webpack_exports__,
{implementation:()=>implementation});var schemas=__webpack_require__(55491);;function jensenShannonDistance(reference,current){const p=shares(reference);const q=shares(current);if(p.length!==q.length){
throw new RangeError(`the counts must share their bins, there are ${p.length} and ${q.length}`)}const divergence=p.reduce((sum,share,bin)=>{const other=q[bin]??Number.NaN;const middle=(share+other)/2;
return sum+(relativeEntropyTerm(share,middle)+relativeEntropyTerm(other,middle))/2},0);return Math.sqrt(Math.min(1,Math.max(0,divergence)))}function relativeEntropyTerm(share,middle){return share===0?
0:share*Math.log2(share/middle)}function shares(counts){const values=Array.from(counts);const total=values.reduce((sum,count)=>sum+count,0);if(!(total>0)){throw new RangeError("the counts must not all\
 be zero")}return values.map(count=>count/total)}var drift_bins=__webpack_require__(10848);;const method={name:"js",title:"JS distance",source:"D. M. Endres and J. E. Schindelin, IEEE Transactions on \
Information Theory 49, 2003; base 2, over the bins of PSI",appliesTo:["numeric","categorical"],defaultThreshold:.1,compare(reference,current){const bins=(0,drift_bins.II)(reference,current);if("reason"in
bins)return{kind:"inconclusive",reason:bins.reason};return{kind:"score",score:jensenShannonDistance(bins.reference,bins.current),bins:bins.labels.length}}};const implementation={name:"js",summary:"Jen\
sen-Shannon distance to base 2, from 0 (equal) to 1 (nothing in common)",settings:schemas.rej({}),create:()=>method}})};export{id,ids,modules};
