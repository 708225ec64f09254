/**
 * The style of the HTML report. One constant: the page's Content-Security-Policy allows exactly this text by its digest and nothing else.
 * Colours meet 4.5:1 for text in both schemes; a verdict is told by its word and its shape too, never by colour alone.
 */
export const style = `
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
.forest .interval{stroke:currentColor;stroke-width:1.6;fill:none}.forest .point{fill:currentColor}.forest .zero{stroke:var(--axis);stroke-width:1;stroke-dasharray:2 2}.forest .limit{stroke:var(--h1);stroke-width:2}
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
.query pre{margin:4px 0 0;padding:9px 12px;background:var(--code);border-radius:6px;font:.84rem ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;user-select:all;-webkit-user-select:all}
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
`;
