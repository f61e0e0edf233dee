/// How the page looks: one column on a phone, light or dark as the reader's system is.
enum Style {
  static let css = """
    :root{--bg:#fbfaf7;--panel:#fff;--text:#1d2126;--soft:#555d68;--faint:#6b7480;--line:#e4e1da;\
    --accent:#0b5fb8;--c0:#0b66c3;--c1:#c2410c;--c2:#13795b;--c3:#7c3aed;--c4:#be185d;--c5:#856404;\
    --c6:#0e7490;--c7:#57606a;color-scheme:light dark}
    @media(prefers-color-scheme:dark){:root{--bg:#121519;--panel:#1a1f25;--text:#e8eaed;\
    --soft:#aeb6c0;--faint:#929ba6;--line:#2c333b;--accent:#7ab8ff;--c0:#6cb6ff;--c1:#ff9a66;\
    --c2:#5fd3a5;--c3:#c49bff;--c4:#ff8ac4;--c5:#e3c04b;--c6:#5fd0e0;--c7:#aab4c0}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
    @media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
    body{margin:0;background:var(--bg);color:var(--text);\
    font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
    main,header,footer,nav{max-width:1080px;margin:0 auto;padding:0 16px}
    header{padding-top:40px}
    h1{font-size:clamp(1.5rem,4.5vw,2.2rem);line-height:1.2;letter-spacing:-.02em;margin:0 0 8px;\
    overflow-wrap:anywhere}
    .lead{color:var(--soft);margin:0 0 20px;max-width:46em}
    nav{position:sticky;top:0;z-index:2;background:var(--bg);border-bottom:1px solid var(--line);\
    display:flex;flex-wrap:wrap;gap:2px 18px;padding-top:10px;padding-bottom:10px;font-size:.9rem}
    @media(max-width:640px){nav{flex-wrap:nowrap;overflow-x:auto;scrollbar-width:thin}}
    nav a{color:var(--soft);text-decoration:none;white-space:nowrap}
    nav a:hover,nav a:focus{color:var(--accent)}
    a{color:var(--accent)}
    section{margin:44px 0;scroll-margin-top:84px}
    h2{font-size:1.35rem;letter-spacing:-.01em;margin:0 0 6px}
    h3{font-size:1.02rem;margin:26px 0 8px;overflow-wrap:anywhere}
    p{margin:0 0 12px;max-width:46em}
    .note{color:var(--soft);font-size:.92rem}
    .missing{color:var(--soft);border-left:3px solid var(--line);padding:4px 12px;font-size:.92rem}
    .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px;\
    margin:0 0 22px;padding:0}
    .card{background:var(--panel);border:1px solid var(--line);border-radius:10px;padding:12px 14px}
    .card dt{color:var(--soft);font-size:.8rem}
    .card dd{margin:2px 0 0;font-size:1.3rem;font-weight:600;font-variant-numeric:tabular-nums;\
    overflow-wrap:anywhere;line-height:1.25}
    .card small{display:block;color:var(--soft);font-size:.78rem;font-weight:400}
    .grid-of-charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(310px,100%),1fr));\
    gap:16px}
    figure{margin:0}
    .chart{background:var(--panel);border:1px solid var(--line);border-radius:10px;\
    padding:12px 12px 8px;position:relative;min-width:0}
    .chart+.note{margin-top:10px}
    figcaption{font-weight:600;font-size:.95rem;margin:0 0 4px}
    .unit{color:var(--soft);font-weight:400;font-size:.85rem}
    svg{display:block;width:100%;height:auto;overflow:visible;touch-action:pan-y}
    svg text{font-size:11px;fill:var(--soft);font-variant-numeric:tabular-nums}
    svg .grid{stroke:var(--line);stroke-width:1}
    svg .axis{stroke:var(--faint);stroke-width:1}
    svg .level{stroke:var(--faint);stroke-width:1.4;stroke-dasharray:5 4}
    svg .curve{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    svg .dashed{stroke-dasharray:6 4}
    svg .faint{stroke-width:1;opacity:.35}
    svg .band{opacity:.16}
    svg .dots{fill:none;stroke-width:5;stroke-linecap:round}
    svg .points{fill:none;stroke-width:4.5;stroke-linecap:round;opacity:.75}
    svg .cursor{stroke:var(--faint);stroke-width:1;visibility:hidden}
    .narrow{display:none}
    @media(max-width:640px){.wide{display:none}.narrow{display:block}}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 14px;margin:4px 0 2px;padding:0;\
    font-size:.82rem;color:var(--soft)}
    .legend li{overflow-wrap:anywhere}
    .swatch{display:inline-block;width:16px;height:0;border-top:3px solid;vertical-align:middle;\
    margin-right:6px;border-radius:2px}
    .swatch.dashed{border-top-style:dashed}
    .swatch.dots{width:8px;height:8px;border:0;border-radius:50%;background:currentColor}
    .tip{position:absolute;pointer-events:none;background:var(--text);color:var(--bg);\
    border-radius:7px;padding:6px 9px;font-size:.78rem;line-height:1.4;max-width:230px;z-index:1;\
    visibility:hidden;font-variant-numeric:tabular-nums}
    .scroll{overflow-x:auto;margin:0 0 14px;background:var(--panel);border:1px solid var(--line);\
    border-radius:10px}
    table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
    caption{text-align:left;color:var(--soft);font-size:.82rem;padding:10px 14px 0}
    th,td{text-align:right;padding:7px 14px;border-top:1px solid var(--line);vertical-align:middle}
    thead th{border-top:0;color:var(--soft);font-weight:500;font-size:.84rem}
    th:first-child{text-align:left;font-weight:500;min-width:96px}
    .keys td,.keys th{text-align:left;overflow-wrap:anywhere}
    .keys th{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.84rem}
    .bar{display:inline-block;width:64px;height:7px;border-radius:4px;background:var(--line);\
    margin-left:8px;vertical-align:middle;overflow:hidden}
    .bar i{display:block;height:100%;background:var(--c0)}
    @media(max-width:640px){.bar{display:none}th,td{padding:6px 9px}}
    .tiles td,.tiles th{padding:4px 6px;text-align:center}
    .tiles th:first-child{text-align:left;padding-left:14px}
    .tiles img{width:56px;height:56px;object-fit:contain;border-radius:4px;border:3px solid transparent}
    .tiles .now img{border-color:var(--c0)}
    img{image-rendering:pixelated;max-width:100%;height:auto}
    .film img{border-radius:8px;background:var(--panel);border:1px solid var(--line)}
    @media(max-width:640px){.film img{max-width:none}}
    .film{margin:0 0 16px}
    details{border:1px solid var(--line);border-radius:10px;padding:10px 14px;margin:0 0 12px;\
    background:var(--panel)}
    summary{cursor:pointer;font-weight:500}
    details[open] summary{margin-bottom:10px}
    details .scroll,details .chart{border-color:var(--line)}
    pre{overflow-x:auto;background:var(--panel);border:1px solid var(--line);border-radius:10px;\
    padding:12px 14px;font:.84rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:0 0 14px}
    details pre{border:0;padding:0;margin:0}
    code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    footer{color:var(--soft);font-size:.85rem;padding-top:8px;padding-bottom:40px}
    """
}
