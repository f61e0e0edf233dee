/// What charts do under a pointer: the values of all curves at the nearest place. The page says
/// everything without it.
enum Script {
  static let javascript = """
    "use strict";
    for (const svg of document.querySelectorAll("svg[data-chart]")) {
      const chart = JSON.parse(svg.dataset.chart), figure = svg.closest("figure");
      const cursor = svg.querySelector(".cursor"), tip = document.createElement("div");
      const [left, right, first, last] = chart.x;
      tip.className = "tip";
      figure.append(tip);
      const hide = () => { tip.style.visibility = cursor.style.visibility = "hidden"; };
      const show = event => {
        const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
        const x = Math.min(Math.max((event.clientX - box.left) * scale, left), right);
        const lines = [];
        for (const series of chart.s) {
          let best = null;
          for (const point of series.p)
            if (!best || Math.abs(point[0] - x) < Math.abs(best[0] - x)) best = point;
          if (best && Math.abs(best[0] - x) < 0.1 * (right - left))
            lines.push([series.n, best[1], series.c]);
        }
        if (!lines.length) return hide();
        const step = first + (x - left) / (right - left) * (last - first);
        tip.replaceChildren(Number(step.toPrecision(3)).toLocaleString("en"));
        for (const [name, value, color] of lines) {
          const line = document.createElement("div");
          line.textContent = value + "  " + name;
          tip.append(line);
        }
        cursor.setAttribute("x1", x);
        cursor.setAttribute("x2", x);
        tip.style.visibility = cursor.style.visibility = "visible";
        const frame = figure.getBoundingClientRect(), place = event.clientX - frame.left;
        const width = tip.offsetWidth;
        tip.style.left = Math.max(4, place + 14 + width > frame.width ? place - width - 14
          : place + 14) + "px";
        tip.style.top = Math.max(4, event.clientY - frame.top - 20) + "px";
      };
      svg.addEventListener("pointermove", show);
      svg.addEventListener("pointerdown", show);
      svg.addEventListener("pointerleave", hide);
    }
    """
}
