// Metrics, health and the container engine's state, on their way to the control plane.
export { type Collector, collectStats, type LatestStats } from "./collector.ts"
export { startTelemetry, type Telemetry, type TelemetryOptions, telemetryUrl } from "./telemetry.ts"
