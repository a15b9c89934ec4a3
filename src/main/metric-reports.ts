// What proxies count becomes metric points on the cloud's clock, in a file of the data folder.
import { existsSync } from "node:fs"
import type { Clock, Log } from "../kernel/index.ts"
import type { MetricReport } from "../protocol/index.ts"
import { type MetricPoint, type MetricPoints, metricPoints, sqliteBulkStore } from "../state/index.ts"

/**
 * What the file may hold: some five million points, a year of some twenty load balancers. AWS keeps 15 months; here the
 * oldest go when it is full.
 */
const metricBytes = 512 * 1024 ** 2

const minute = 60_000

export interface MetricReportsOptions {
  readonly file: string
  /** The cloud clock. */
  readonly clock: Clock
  /** The cloud's time at a time of the wall. */
  readonly cloudTime: (wall: number) => number
  readonly log: Log
}

export interface MetricReports {
  readonly points: MetricPoints
  /** What a proxy said. Nobody waits for it. */
  heard(reports: readonly MetricReport[]): void
}

/** The file is made with the first report: who has no load balancers has no thread for their metrics. */
export const metricReports = ({ file, clock, cloudTime, log }: MetricReportsOptions): MetricReports => {
  const points = metricPoints({
    open: () => sqliteBulkStore({ file, bytes: metricBytes }),
    exists: () => existsSync(file),
    ...{ clock, log },
  })
  // On a fast cloud clock a minute of the wall is many: all that was counted in it belongs to the first of them.
  const minuteOf = (wall: number) => Math.floor(cloudTime(wall) / minute) * minute
  const pointOf = (report: MetricReport): MetricPoint => ({ ...report, at: minuteOf(report.at) })
  return { points, heard: (reports) => void points.put(reports.map(pointOf)) }
}
