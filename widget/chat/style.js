// How the dialog looks. A constructable sheet: no inline style, so the page's policy can stay strict.

/** Where the dialog covers the whole screen: phones, and large zooms. */
export const SMALL_SCREEN = "(max-width: 40em), (max-height: 30em)";

export const style = new CSSStyleSheet();
style.replaceSync(`
* { box-sizing: border-box; }
.panel {
  --_paper: var(--dalil-paper, #f6f4ef); --_mine: var(--dalil-mine, #dcefe9); --_soft: var(--dalil-soft, #565f6b);
  --_line: #ddd7ca; --_edge: #857f72; --_alarm: #9c2f1d;
  position: fixed; inset: auto; inset-block-end: var(--_offset); inset-inline-end: var(--_offset); margin: 0; padding: 0;
  width: min(26em, calc(100vw - 2 * var(--_offset))); height: min(43em, calc(100dvh - 2 * var(--_offset)));
  max-width: none; max-height: none; overflow: hidden; border: 1px solid var(--_line); border-radius: var(--_radius);
  background: var(--_paper); color: var(--_ink); font: inherit; box-shadow: 0 .6em 2.5em rgb(0 0 0 / .28);
}
.panel[open] { display: flex; flex-direction: column; }
.panel::backdrop { background: none; }
@media ${SMALL_SCREEN} {
  .panel { inset: 0; width: 100%; height: 100%; height: 100dvh; border: 0; border-radius: 0; }
}
button, input, select, textarea { font: inherit; color: inherit; }
button, select, summary, label, [type=checkbox] { cursor: pointer; }
button:disabled { opacity: .6; cursor: default; }
p, h2, h3, ul, ol, dl, dd { margin: 0; padding: 0; }
ul, ol { list-style: none; }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.soft { color: var(--_soft); font-size: .875em; }
.icon { display: block; width: 1.4em; height: 1.4em; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
[dir=rtl] .send .icon { transform: scaleX(-1); }

.head { flex: none; padding: .75em .75em .75em 1em; background: var(--_accent); color: var(--_accent-ink); }
[dir=rtl] .head { padding: .75em 1em .75em .75em; }
.head :focus-visible { outline-color: var(--_accent-ink); }
.bar { display: flex; align-items: center; gap: .25em; }
h2 { flex: 1; min-width: 0; font-size: 1.2em; line-height: 1.3; }
.tool { display: grid; place-items: center; width: 2.75em; height: 2.75em; border: 0; border-radius: 50%; background: none; }
.tool:hover { background: rgb(255 255 255 / .16); }
.languages { display: flex; flex-wrap: wrap; gap: .35em; }
.languages button { min-height: 2em; padding: .1em .8em; border: 1px solid currentColor; border-radius: 1em; background: none; font-size: .875em; }
.languages [aria-pressed=true] { background: var(--_accent-ink); color: var(--_accent); border-color: var(--_accent-ink); font-weight: 600; }

.menu { flex: none; padding: .35em; background: var(--_surface); border-block-end: 1px solid var(--_line); }
.menu button, .menu a {
  display: block; width: 100%; min-height: 2.75em; padding: .55em .75em; border: 0; border-radius: .5em; background: none;
  color: inherit; text-align: start; text-decoration: none;
}
.menu button:hover, .menu a:hover { background: var(--_mine); }
.banner:not(:empty) { flex: none; padding: .6em 1em; background: #fff3d6; color: #573a00; font-size: .9em; border-block-end: 1px solid #e2c27a; }

.log { position: relative; flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 1em; }
.log:focus-visible { outline-offset: -3px; }
.turn, .greeting { margin-block-end: 1em; }
.said { display: flex; flex-direction: column; align-items: flex-start; margin-block-end: .6em; }
.mine { align-items: flex-end; }
.bubble {
  max-width: 92%; padding: .65em .9em; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_surface);
  overflow-wrap: anywhere; text-align: start;
}
.mine .bubble { max-width: 85%; background: var(--_mine); border-color: transparent; white-space: pre-wrap; }
.reply .bubble:has(.card) { width: 100%; max-width: 100%; }
.text { white-space: pre-wrap; }
.contact-away { display: block; padding: .75em 1em; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_surface); }
.state { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: .5em; margin-block: -.3em .6em; font-size: .85em; color: var(--_soft); }
.state.refused { color: var(--_alarm); }
.choices { display: flex; flex-wrap: wrap; gap: .4em; margin-block-start: .5em; }
.choices button, .choice, .small {
  min-height: 2.5em; padding: .35em .9em; border: 1px solid var(--_accent); border-radius: 1.25em; background: var(--_surface);
  color: var(--_accent); text-align: start; font-size: .9375em;
}
.small { min-height: 2em; padding: .1em .75em; font-size: 1em; }
.choices button:hover, .choice:hover, .small:hover { background: var(--_accent); color: var(--_accent-ink); }
.certainty { margin-block-start: .5em; font-size: .85em; color: var(--_soft); }
.certainty::before { content: "●"; margin-inline-end: .4em; color: var(--_accent); }
.certainty.single-press::before, .certainty.uncertain::before { content: "▲"; color: #9a5b00; }
details { margin-block-start: .5em; font-size: .875em; }
summary { min-height: 1.75em; padding-block: .15em; color: var(--_soft); }
.sources li { margin-block-start: .4em; }
a { color: var(--_accent); text-underline-offset: .15em; }
.thumbs > div:first-child { display: flex; gap: .15em; }
.thumb { display: grid; place-items: center; width: 2.25em; height: 2.25em; border: 0; border-radius: 50%; background: none; color: var(--_soft); }
.thumb .icon { width: 1.2em; height: 1.2em; }
.thumb:hover { background: var(--_line); }
.thumb[aria-pressed=true] { background: var(--_accent); color: var(--_accent-ink); }
.why { display: flex; flex-wrap: wrap; gap: .4em; margin-block: .3em; }
.why p { width: 100%; }
.dots { display: flex; gap: .3em; padding: .5em .25em; animation: appear .3s .25s both; }
.dots span { width: .5em; height: .5em; border-radius: 50%; background: var(--_edge); animation: breathe 1s infinite alternate; }
.dots span:nth-child(2) { animation-delay: .2s; }
.dots span:nth-child(3) { animation-delay: .4s; }
@keyframes appear { from { opacity: 0; } }
@keyframes breathe { from { opacity: .3; } }

.card { margin-block-start: .6em; padding-block-start: .6em; border-block-start: 1px solid var(--_line); }
.text:empty + .card { margin: 0; padding: 0; border: 0; }
.card-title { font-weight: 600; }
.card dl { display: grid; gap: .3em; margin-block-start: .4em; font-size: .9375em; }
dl > div { display: grid; grid-template-columns: minmax(5.5em, auto) 1fr; gap: .6em; }
dt { color: var(--_soft); }
dd { min-width: 0; }
dd li + li { margin-block-start: .2em; }
.steps > li { padding-block: .6em; border-block-end: 1px solid var(--_line); }
.steps label { display: flex; gap: .6em; align-items: start; font-weight: 600; }
[type=checkbox] { flex: none; width: 1.5em; height: 1.5em; margin: 0; accent-color: var(--_accent); }
.steps :checked + span { color: var(--_soft); text-decoration: line-through; font-weight: 400; }
.steps dl { padding-inline-start: 2.1em; }
.steps .soft { padding-inline-start: 2.4em; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .875em; }
th, td { min-width: 7em; padding: .4em .5em; border-block-end: 1px solid var(--_line); text-align: start; vertical-align: top; overflow-wrap: normal; }
th[scope=row] { min-width: 6em; font-weight: 500; color: var(--_soft); }
.total { font-size: 1.5em; font-weight: 700; line-height: 1.3; color: var(--_accent); }
.rates { display: block; margin-block-start: .5em; overflow: visible; }
.room { fill: #e9e4d8; stroke: var(--_edge); }
.piece { fill: var(--_accent); stroke: var(--_surface); stroke-width: 1.5; }
.piece-1 { fill: #a4491a; } .piece-2 { fill: #2a5b9c; }
.cap { stroke: var(--_ink); stroke-width: 3; }
.bonuses { margin-block-start: .4em; }
.bonuses li { padding-block: .3em; padding-inline-start: 1.4em; position: relative; }
.bonuses li::before { content: ""; position: absolute; inset-inline-start: 0; inset-block-start: .75em; width: .8em; height: .8em; border-radius: .2em; background: var(--_accent); }
.bonuses li:nth-child(3n+2)::before { background: #a4491a; }
.bonuses li:nth-child(3n)::before { background: #2a5b9c; }
.conditions li { display: flex; gap: .6em; padding-block: .15em; }
.mark { flex: none; width: 1em; text-align: center; font-weight: 700; }

.composer { flex: none; display: flex; align-items: end; gap: .5em; padding: .65em .75em; background: var(--_surface); border-block-start: 1px solid var(--_line); }
textarea {
  flex: 1; min-width: 0; min-height: 2.75em; max-height: 8em; padding: .55em .9em; resize: none; field-sizing: content;
  border: 1px solid var(--_edge); border-radius: 1.4em; background: var(--_surface);
}
textarea::placeholder { color: var(--_soft); opacity: 1; }
[dir=rtl] textarea:placeholder-shown { direction: rtl; }
.send { flex: none; display: grid; place-items: center; width: 2.75em; height: 2.75em; border: 0; border-radius: 50%; background: var(--_accent); color: var(--_accent-ink); }

.behind { flex: 1; min-height: 0; overflow-y: auto; padding: 1em; background: var(--_surface); }
.page { display: grid; gap: .9em; margin-block-start: .9em; }
h3 { font-size: 1.1em; }
.page label:not(.consent) { display: grid; gap: .25em; font-weight: 500; }
.page input:not([type=checkbox]), select { width: 100%; min-height: 2.75em; padding: .4em .75em; border: 1px solid var(--_edge); border-radius: .6em; background: var(--_surface); }
.page [aria-invalid=true] { border: 2px solid var(--_alarm); }
[dir=rtl] input[dir=ltr] { text-align: end; }
.consent { display: flex; gap: .7em; align-items: start; font-size: .9em; }
.notice { white-space: pre-line; font-size: .9em; overflow-wrap: anywhere; }
.problem { color: var(--_alarm); font-size: .9em; }
.problem:not(:empty) { margin-block-start: .25em; }
.problem:empty { display: none; }
.main { min-height: 2.75em; padding: .45em 1.2em; border: 0; border-radius: 1.4em; background: var(--_accent); color: var(--_accent-ink); font-weight: 600; }
.danger { background: var(--_alarm); color: #fff; }

@media (prefers-reduced-motion: reduce) { .dots, .dots span { animation: none; } }
@media (forced-colors: active) {
  .bubble, .card, .languages button, .thumb, .send, .main, .choice, .dots span { border: 1px solid CanvasText; }
  .languages [aria-pressed=true], .thumb[aria-pressed=true] { forced-color-adjust: none; background: Highlight; color: HighlightText; }
  .rates { forced-color-adjust: none; background: #fff; }
}
`);
