"""How the report looks: one style sheet, light or dark as the reader's system is."""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #fbfaf8; --card: #fff; --ink: #1d1f23; --soft: #5b6068; --line: #dcd9d2; --ours: #1f5fa8;
  --theirs: #8a5a12; --mark: #fff0b8; --good: #17663a; --bad: #a3231f; --doubt: #7a5200;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171b; --card: #1d2026; --ink: #e7e6e2; --soft: #a3a8b1; --line: #383c45; --ours: #7db4f2;
    --theirs: #dca85a; --mark: #5a4a10; --good: #7fd0a0; --bad: #ff9a92; --doubt: #e9bf6b;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 76rem; padding: 2.5rem clamp(1rem, 4vw, 3rem) 5rem;
  background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif;
}
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; letter-spacing: -.01em; }
h2 { font-size: 1.35rem; margin: 3.2rem 0 .6rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.08rem; line-height: 1.4; margin: 0 0 .6rem; }
h4 { font-size: .82rem; margin: 1.3rem 0 .3rem; color: var(--soft); font-weight: 650; }
p { max-width: 46rem; margin: .4rem 0; }
a { color: var(--ours); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--ours); outline-offset: 2px; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.3rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: 1rem 0; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.note { border-left: 3px solid var(--doubt); padding: .3rem .9rem; }
.soft { color: var(--soft); font-size: .88rem; }
.scroll { overflow-x: auto; margin: 1rem 0 1.4rem; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 650; padding-bottom: .45rem; font-size: .95rem; }
th, td {
  padding: .34rem 1rem .34rem 0; text-align: right; vertical-align: top;
  border-bottom: 1px solid var(--line);
}
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
th:first-child, .wordy td, .wordy th { text-align: left; }
tbody th { font-weight: 500; min-width: 7rem; }
td small { display: block; color: var(--soft); font-size: .92em; white-space: nowrap; }
.figures tbody th { min-width: 11rem; }
.figures :is(th, td):nth-child(2) { text-align: left; white-space: nowrap; }
.figures thead th:nth-child(2) { white-space: normal; }
.questions :is(th, td):nth-child(-n+5) { text-align: left; }
.questions :is(th, td) { padding-right: .8rem; }
.questions td:nth-child(2) { min-width: 14rem; }
.questions tbody th { min-width: 0; white-space: nowrap; }
.pictures {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(30rem, 100%), 1fr));
  gap: 1.4rem; margin-top: 1rem;
}
figure, .question {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: 0;
  padding: 1rem 1.2rem;
}
figcaption { font-weight: 650; margin-bottom: .5rem; }
figure .scroll { margin: 0; }
svg { display: block; width: 100%; min-width: 25rem; height: auto; font-size: 12px; }
svg text { fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .soft { fill: var(--soft); font-size: 11px; }
svg .axis { stroke: var(--line); }
svg .ours { fill: var(--ours); }
svg .theirs { fill: var(--card); stroke: var(--theirs); stroke-width: 1.3; }
svg .span { fill: none; stroke: var(--ink); stroke-width: 1.3; }
svg .halo { fill: none; stroke: var(--card); stroke-width: 3.6; }
.question { margin: 1.3rem 0; padding: 1.2rem 1.4rem; }
.question:target, th :target { outline: 2px solid var(--ours); outline-offset: 2px; }
.question ul, .question ol { margin: .3rem 0; padding-left: 1.4rem; }
.question li { margin: .35rem 0; max-width: 50rem; }
.tags { color: var(--soft); font-size: .86rem; margin: 0 0 .3rem; }
.scores { list-style: none; padding: 0 !important; }
.scores b { font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .bad { color: var(--bad); } .doubt { color: var(--doubt); }
.place { display: block; color: var(--soft); font-size: .86rem; overflow-wrap: anywhere; }
.passage {
  white-space: pre-line; border-left: 2px solid var(--line); padding-left: .9rem; margin: .5rem 0 .9rem;
  max-width: 46rem;
}
mark { background: var(--mark); color: inherit; border-radius: 2px; text-decoration: underline; }
details { margin: .35rem 0; }
summary { cursor: pointer; }
.question > details > summary { margin-top: .8rem; font-weight: 600; font-size: .92rem; }
@media print { body { background: none; max-width: none; } .question { break-inside: avoid; } }
"""
