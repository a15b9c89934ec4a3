// Events that handlers emitted, written in the transaction of their cause. The event bus of a later part reads them;
// until then the newest are kept so that they can be read in tests.
import { defineTable } from "../table.ts"

export interface OutboxRow {
  /** Order of emission, zero-padded so that keys sort. */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly source: string
  readonly detailType: string
  readonly resources: readonly string[]
  readonly detail: object
  readonly at: number
}
export const outbox = defineTable<OutboxRow>()({
  name: "outbox",
  version: 1,
  key: (e) => e.id,
  indexes: {
    scope: (e) => `${e.account}/${e.region}`,
    /** Every event, so that the oldest is found without a look at the others. */
    all: () => "all",
  },
})

/** Single values of the installation, such as the start of the cloud clock. */
export interface SettingRow {
  readonly name: string
  readonly value: string
}
export const settings = defineTable<SettingRow>()({
  name: "settings",
  version: 1,
  key: (s) => s.name,
  indexes: {},
})
