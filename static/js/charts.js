// Charts of reports: draws what <script type="application/json"> beside [data-chart] says; without it the table stands alone.
(function () {
  "use strict";
  var COLOURS = ["#2f5d8a", "#3f8a78", "#b0741a", "#76599a", "#6b7785", "#a8503f"];
  var SYMBOLS = ["circle", "rect", "triangle", "diamond"];
  var WORD = { color: "#4a5563", fontSize: 12 };
  var HAIRLINE = { lineStyle: { color: "#e2e5ea" } };

  function grouped(value) {
    return value === null || value === undefined ? "—" : Number(value).toLocaleString("en-US").replace("-", "−");
  }

  function words() {
    return Object.assign({ fontFamily: getComputedStyle(document.body).fontFamily }, WORD);
  }

  function common(data) {
    return {
      animation: false,
      color: COLOURS,
      textStyle: words(),
      aria: { enabled: true, label: { description: data.title + "，数字见下表" } },
      tooltip: {
        renderMode: "richText", trigger: "item", confine: true, textStyle: { fontSize: 12 },
        formatter: function (point) {
          return point.name + (data.series.length > 1 ? "\n" + point.seriesName : "") + "：" + grouped(point.value);
        }
      }
    };
  }

  function legend(data) {
    return data.series.length > 1
      ? { show: true, top: 4, right: 8, itemWidth: 10, itemHeight: 10, textStyle: words(), data: data.series.map(function (one) { return one.name; }) }
      : { show: false };
  }

  function values(one) {
    return one.values.map(function (value, place) {
      return { value: value, cursor: one.urls[place] ? "pointer" : "default" };
    });
  }

  function upright(data) {
    return {
      grid: { left: 8, right: 12, top: 34, bottom: 8, containLabel: true },
      xAxis: { type: "category", data: data.categories, axisTick: { show: false }, axisLine: { lineStyle: { color: "#ccd2d9" } }, axisLabel: Object.assign({ hideOverlap: true }, words()) },
      yAxis: { type: "value", minInterval: 1, splitLine: HAIRLINE, axisLabel: Object.assign({ formatter: grouped }, words()) },
      legend: legend(data)
    };
  }

  function columns(data) {
    var last = data.series.length - 1;
    function sum(point) {
      return grouped(data.series.reduce(function (total, one) { return total + (one.values[point.dataIndex] || 0); }, 0));
    }
    return Object.assign(common(data), upright(data), {
      series: data.series.map(function (one, number) {
        return {
          type: "bar", name: one.name, stack: "all", barMaxWidth: 28, data: values(one),
          label: Object.assign({ show: number === last, position: "top", formatter: sum }, words())
        };
      })
    });
  }

  function lines(data) {
    return Object.assign(common(data), upright(data), {
      series: data.series.map(function (one, number) {
        return {
          type: "line", name: one.name, data: values(one), symbol: SYMBOLS[number % 4], symbolSize: 7, showSymbol: true,
          lineStyle: { width: 2, type: number ? "dashed" : "solid" },
          labelLayout: { hideOverlap: true },
          label: Object.assign({ show: true, position: "top", formatter: function (point) { return point.value ? grouped(point.value) : ""; } }, words())
        };
      })
    });
  }

  // Different measures stand side by side, each with its own axis; the names of the lines stand once, at the left.
  function bars(data, width) {
    var several = data.series.length, names = Math.min(150, Math.round(width * 0.3)), room = 64;
    var each = (width - names - 12) / several;
    return Object.assign(common(data), {
      legend: { show: false },
      grid: data.series.map(function (one, number) {
        return { left: names + number * each, width: each - room, top: several > 1 ? 30 : 10, bottom: 10 };
      }),
      xAxis: data.series.map(function (one, number) {
        return { type: "value", gridIndex: number, min: 0, show: false };
      }),
      yAxis: data.series.map(function (one, number) {
        return {
          type: "category", gridIndex: number, inverse: true, data: data.categories, axisTick: { show: false },
          name: several > 1 ? one.name : "", nameLocation: "start", nameGap: 8,
          nameTextStyle: Object.assign({ fontWeight: 600, align: "left" }, words()),
          axisLine: { lineStyle: { color: "#ccd2d9" } },
          axisLabel: Object.assign({ show: number === 0, width: names - 16, overflow: "truncate", interval: 0 }, words())
        };
      }),
      series: data.series.map(function (one, number) {
        return {
          type: "bar", name: one.name, xAxisIndex: number, yAxisIndex: number, barMaxWidth: 18, data: values(one),
          itemStyle: { color: COLOURS[number % COLOURS.length] },
          label: Object.assign({ show: true, position: "right", formatter: function (point) { return grouped(point.value); } }, words())
        };
      })
    });
  }

  function pie(data) {
    var one = data.series[0];
    return Object.assign(common(data), {
      legend: { show: false },
      series: [{
        type: "pie", name: one.name, radius: "62%", center: ["50%", "52%"], startAngle: 90,
        label: Object.assign({ formatter: function (point) { return point.name + " " + grouped(point.value) + "，" + point.percent.toFixed(1) + "%"; } }, words()),
        data: data.categories.map(function (name, place) {
          return { name: name, value: one.values[place], cursor: one.urls[place] ? "pointer" : "default" };
        }).filter(function (part) { return part.value; })
      }]
    });
  }

  var KINDS = { columns: columns, bars: bars, lines: lines, pie: pie };

  function height(data) {
    return data.kind === "bars" ? 40 + 26 * data.categories.length : 240;
  }

  function draw(place) {
    var source = document.getElementById(place.getAttribute("data-chart"));
    var data = source && JSON.parse(source.textContent);
    if (!data || !KINDS[data.kind] || !window.echarts) { return; }
    place.hidden = false;
    place.style.height = height(data) + "px";
    place.setAttribute("role", "img");
    var chart = window.echarts.init(place, null, { renderer: "canvas" });
    function show() { chart.setOption(KINDS[data.kind](data, place.clientWidth - 12), true); }
    show();
    chart.on("click", function (point) {
      var one = data.series[point.seriesIndex], number = data.categories.indexOf(point.name);
      if (one && one.urls[number]) { window.location.assign(one.urls[number]); }
    });
    window.addEventListener("resize", function () { chart.resize(); show(); });
  }

  Array.prototype.forEach.call(document.querySelectorAll("[data-chart]"), draw);
})();
