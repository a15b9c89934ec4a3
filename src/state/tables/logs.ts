// Log groups and streams. The events themselves are in a bulk store, in the series named by the stream.
import { defineTable } from "../table.ts"

/** A metric filter as it was put. Its metrics come later. */
export interface MetricFilter {
  readonly name: string
  readonly pattern: string
  readonly transformation: {
    readonly metricName: string
    readonly metricNamespace: string
    readonly metricValue: string
    readonly defaultValue?: number
    readonly dimensions?: Readonly<Record<string, string>>
    readonly unit?: string
  }
  readonly createdAt: number
  readonly applyOnTransformedLogs?: boolean
  readonly fieldSelectionCriteria?: string
  readonly emitSystemFieldDimensions?: readonly string[]
}

export interface LogGroupRow {
  readonly account: string
  readonly region: string
  readonly name: string
  readonly arn: string
  readonly createdAt: number
  readonly retentionInDays?: number
  /** Kept and described; changes nothing here. */
  readonly kmsKeyId?: string
  /** Kept and described; all groups are read alike. `STANDARD` when absent. */
  readonly logGroupClass?: "STANDARD" | "INFREQUENT_ACCESS" | "DELIVERY" | "ESSENTIALS"
  readonly tags: Readonly<Record<string, string>>
  /** The group and its streams cannot be deleted. */
  readonly deletionProtected?: boolean
  /** In the order of their names. */
  readonly metricFilters?: readonly MetricFilter[]
}
export const logGroups = defineTable<LogGroupRow>()({
  name: "logGroups",
  version: 1,
  key: (g) => `${g.account}/${g.region}/${g.name}`,
  indexes: { scope: (g) => `${g.account}/${g.region}` },
})

export interface LogStreamRow {
  readonly account: string
  readonly region: string
  readonly group: string
  readonly name: string
  readonly arn: string
  /** The series of the bulk store: unique for ever, so that a stream made again under the same name starts empty. */
  readonly series: string
  readonly createdAt: number
  /** The newest event that is part of the stream; what a crash left above it is not. 0 when empty. */
  readonly lastSeq: number
  readonly storedBytes: number
  /** Events before this time, by the wall, were taken out of `storedBytes` and are to be removed. */
  readonly trimmedBefore?: number
  readonly firstEventAt?: number
  readonly lastEventAt?: number
  readonly lastIngestionAt?: number
  readonly uploadToken: number
  /** Per source of a followed file (a container): how many of its bytes are in the stream, so that a resend adds nothing. */
  readonly sources: Readonly<Record<string, number>>
}
export const logStreams = defineTable<LogStreamRow>()({
  name: "logStreams",
  version: 1,
  // A space cannot stand in the name of a group.
  key: (s) => `${s.account}/${s.region}/${s.group} ${s.name}`,
  indexes: {
    group: (s) => `${s.account}/${s.region}/${s.group}`,
    series: (s) => s.series,
  },
})

/** A policy that lets AWS services write logs: kept and described; nobody needs it here. */
export interface LogResourcePolicyRow {
  readonly account: string
  readonly region: string
  readonly name: string
  readonly document: string
  readonly updatedAt: number
}
export const logResourcePolicies = defineTable<LogResourcePolicyRow>()({
  name: "logResourcePolicies",
  version: 1,
  key: (p) => `${p.account}/${p.region}/${p.name}`,
  indexes: { scope: (p) => `${p.account}/${p.region}` },
})
