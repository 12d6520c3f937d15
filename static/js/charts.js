// Charts of the design language: colours are read from CSS and redrawn when the theme changes.
// A canvas with data-chart="<id of a json_script block>"; its data are described in templates/parts/chart.html.
(() => {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const colour = (token) => {
    probe.style.color = `var(--sc-${token})`;
    return getComputedStyle(probe).color;
  };
  const hatch = (base) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const pen = tile.getContext("2d");
    pen.fillStyle = base;
    pen.fillRect(0, 0, 6, 6);
    pen.strokeStyle = colour("surface");
    pen.globalAlpha = 0.5;
    pen.lineWidth = 1.6;
    for (const x of [-6, 0, 6]) { pen.beginPath(); pen.moveTo(x, 6); pen.lineTo(x + 6, 0); pen.stroke(); }
    return pen.createPattern(tile, "repeat");
  };
  const drawn = [];

  const limitLine = (data) => ({
    id: "limit",
    beforeDatasetsDraw(chart) {
      if (data.limit == null) return;
      const { ctx, chartArea: area, scales } = chart;
      const y = scales.y.getPixelForValue(data.limit);
      ctx.save();
      ctx.fillStyle = colour("no-soft");
      ctx.globalAlpha = 0.6;
      ctx.fillRect(area.left, area.top, area.width, Math.max(0, y - area.top));
      ctx.globalAlpha = 1;
      ctx.strokeStyle = ctx.fillStyle = colour("no");
      ctx.setLineDash([4, 4]);
      ctx.lineWidth = 1.5;
      ctx.beginPath(); ctx.moveTo(area.left, y); ctx.lineTo(area.right, y); ctx.stroke();
      ctx.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
      ctx.fillText(data.limit_label || "", area.left + 8, y - 6);
      ctx.restore();
    },
  });
  const named = (words) => ({ display: Boolean(words), text: words || "", color: colour("ink-3"), font: { size: 12 } });
  const dataset = (series, line) => {
    const base = colour(`chart-${series.tone || 1}`);
    const shared = { label: series.label, data: series.values };
    if (!line) return { ...shared, backgroundColor: series.hatched || series.tone === "no" ? hatch(base) : base, borderRadius: 2, barPercentage: 0.6, maxBarThickness: 56, categoryPercentage: 1, stack: "one" };
    return {
      ...shared, borderColor: base, backgroundColor: colour("accent-soft"), fill: true, borderWidth: 2, tension: 0.3,
      pointRadius: (point) => (point.dataIndex === series.values.length - 1 ? 4 : 0),
      pointBackgroundColor: colour("surface"), pointBorderColor: base, pointBorderWidth: 2,
    };
  };
  const axis = (data) => ({
    border: { display: false },
    grid: { color: (line) => colour(line.tick.value === 0 ? "control" : "line-2"), drawTicks: false },
    ticks: {
      color: colour("ink-3"), padding: 8, maxTicksLimit: 5,
      callback: (value) => (data.kind === "rate" || data.percent ? `${value.toFixed(1)} %` : Math.abs(value).toLocaleString()),
    },
    title: named(data.y_title),
    suggestedMax: data.limit == null ? undefined : data.limit * 1.3,
    beginAtZero: true,
  });
  const draw = (canvas) => {
    const source = document.getElementById(canvas.dataset.chart);
    if (!source || !window.Chart) return;
    const data = JSON.parse(source.textContent);
    window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const line = data.kind === "rate" || data.kind === "line";
    drawn.push(new window.Chart(canvas, {
      type: line ? "line" : "bar",
      data: { labels: data.labels, datasets: data.series.map((series) => dataset(series, line)) },
      options: {
        maintainAspectRatio: false,
        animation: false,
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { display: data.series.length > 1, align: "end", labels: { color: colour("ink-2"), boxWidth: 9, boxHeight: 9, useBorderRadius: true, borderRadius: 2 } },
          tooltip: { backgroundColor: colour("ink"), titleColor: colour("surface"), bodyColor: colour("surface"), displayColors: false },
        },
        scales: { x: { stacked: true, border: { display: false }, grid: { display: false }, title: named(data.x_title), ticks: { color: colour("ink-3"), maxRotation: 0, autoSkipPadding: 24 } }, y: { ...axis(data), stacked: !line } },
      },
      plugins: [limitLine(data)],
    }));
  };
  const all = () => {
    drawn.splice(0).forEach((chart) => chart.destroy());
    document.querySelectorAll("canvas[data-chart]").forEach(draw);
  };
  all();
  document.addEventListener("sc:theme", all);
  document.addEventListener("htmx:afterSettle", (event) => { if (event.target.querySelector?.("canvas[data-chart]")) all(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
})();
