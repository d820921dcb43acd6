// The charts reports draw, and nothing else of ECharts: bars, lines, a pie of two or three parts, on canvas.
import { BarChart, LineChart, PieChart } from "echarts/charts"
import { AriaComponent, DatasetComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components"
import { init, use } from "echarts/core"
import { CanvasRenderer } from "echarts/renderers"

use([
  BarChart, LineChart, PieChart,
  AriaComponent, DatasetComponent, GridComponent, LegendComponent, TooltipComponent,
  CanvasRenderer,
])
export { init }
