// The container instances of a cluster as they stand for tasks of one kind, kept from call to call: only instances that
// have changed since, or whose tasks have, are looked at again. The same is placed as if all of them were.
import { type Placements, Standing, type TaskNeeds } from "../../scheduler/index.ts"
import type { ContainerInstanceRow, Trail, View } from "../../state/index.ts"
import { activeInstances, zoneOf } from "./instance-room.ts"
import { knownHost } from "./known-hosts.ts"

/** All that are kept together have no more hosts than this, which is some 20 MB: the least lately asked goes first. */
const mostHosts = 100_000
/** When more than these and this share have changed, all are looked at: that costs less for each. */
const fewChanges = 20
const changedShare = 1 / 4

/** Tasks that are placed alike. */
export interface Kind {
  readonly cluster: string
  /** Only on instances of this availability zone. */
  readonly zone?: string | undefined
  /** What of them decides, without chance, as text. */
  readonly key: string
  readonly needs: TaskNeeds
}

interface Kept {
  readonly standing: Standing
  /** The changes up to these numbers are in it. */
  readonly tasks: number
  readonly instances: number
  /** Hosts to which the last call gave tasks: in the records, or not when nothing came of the call. */
  readonly placed: readonly string[]
}

/** By the trail of the store's tasks, which is one for each store. */
const stores = new WeakMap<Trail, Map<string, Kept>>()

const isFor = ({ zone }: Kind, row: ContainerInstanceRow): boolean => zone === undefined || zoneOf(row) === zone

const anew = (view: View, kind: Kind): Standing =>
  new Standing(
    kind.needs,
    activeInstances(view, kind.cluster)
      .filter((row) => isFor(kind, row))
      .map((row) => [view.containerInstances.ordinal(row.arn) ?? 0, knownHost(view, row)]),
  )

/** Brings it up to date; undefined when that is more work than to begin anew. */
const upToDate = (view: View, kind: Kind, kept: Kept): Standing | undefined => {
  const { standing } = kept
  const busy = view.tasks.trail("host").since(kept.tasks)
  const changed = view.containerInstances.trail().since(kept.instances)
  if (!busy || !changed || busy.size + changed.size > fewChanges + standing.size * changedShare) return undefined
  for (const arn of new Set([...busy, ...changed, ...kept.placed])) {
    const row = view.containerInstances.get(arn)
    const ordinal = view.containerInstances.ordinal(arn)
    const isActive = row?.status === "ACTIVE" && row.clusterArn === kind.cluster && row.pool === undefined
    if (row && ordinal !== undefined && isActive && isFor(kind, row)) standing.put(ordinal, knownHost(view, row))
    else standing.drop(arn)
  }
  return standing
}

/** Places up to `count` tasks of a kind, one after the other. The records of the tasks are to be written next. */
export const placeOnInstances = (view: View, kind: Kind, count: number): Placements => {
  const tasks = view.tasks.trail("host")
  const instances = view.containerInstances.trail()
  const all = stores.get(tasks) ?? new Map<string, Kept>()
  stores.set(tasks, all)
  const known = all.get(kind.key)
  // Not kept should anything throw meanwhile; put back it is the last of all.
  all.delete(kind.key)
  const standing = (known && upToDate(view, kind, known)) ?? anew(view, kind)
  const placements = standing.place(count, kind.needs.seed)
  const placed = placements.hosts.map(({ id }) => id)
  all.set(kind.key, { standing, tasks: tasks.now, instances: instances.now, placed })
  forget(all)
  return placements
}

function forget(all: Map<string, Kept>): void {
  let hosts = 0
  for (const { standing } of all.values()) hosts += standing.size
  for (const [key, { standing }] of all) {
    if (hosts <= mostHosts || all.size === 1) return
    hosts -= standing.size
    all.delete(key)
  }
}
