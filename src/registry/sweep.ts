// Keeps the store of layers as small as the records say. A layer goes when its last record does; uploads go with their
// records; what a crash or a client left is swept at the start and every hour.
import { type Cancel, type Clock, errorFields, type Log, oneAtATime, repeat } from "../kernel/index.ts"
import type { BlobStore, EcrLayerRow, EcrUploadRow, State } from "../state/index.ts"

export interface LayerSweepOptions {
  readonly state: State
  readonly layers: BlobStore
  /** The wall clock. */
  readonly clock: Clock
  readonly log: Log
}

const hour = 60 * 60 * 1000
/** An upload that is not ended in this time is given up, and a layer that no image needs by then. */
const patience = 24 * hour

/** Starts to sweep; ends with the function that it answers. */
export const startLayerSweep = ({ state, layers, clock, log }: LayerSweepOptions): Cancel => {
  const unfinished = (thrown: unknown) => {
    // What was not swept now is swept in an hour: nothing that is answered depends on it.
    log.warn("Layers that nothing needs could not be removed.", errorFields(thrown))
  }
  const isNeeded = (digest: string): boolean => state.view((view) => view.ecrLayers.count("digest", digest) > 0)
  /** In one turn: nobody can come to need it between the look and the removal. */
  const removeUnneeded = (digest: string): void => {
    if (!isNeeded(digest)) layers.remove(digest)
  }

  /** Records of what was begun long ago and is good for nothing. */
  const forgetOld = (): void => {
    const before = clock.now() - patience
    state.transact((tx) => {
      for (const row of [...tx.ecrUploads.all()])
        if (row.startedAt < before) tx.ecrUploads.delete(`${row.account}/${row.region}/${row.repository} ${row.id}`)
      for (const row of [...tx.ecrLayers.all()]) {
        const key = `${row.account}/${row.region}/${row.repository} ${row.digest}`
        if (row.uploadedAt < before && !tx.ecrImages.first("part", key)) tx.ecrLayers.delete(key)
      }
    })
  }

  const sweep = async (): Promise<void> => {
    forgetOld()
    await state.durable(state.position)
    for (const digest of await layers.digests()) removeUnneeded(digest)
    for (const id of await layers.oldUploads())
      if (!state.view((view) => view.ecrUploads.first("id", id))) await layers.cancel(id)
  }

  const sweepOnce = oneAtATime(sweep, unfinished)

  const { stop } = state.watch(
    "durable",
    () => undefined,
    ({ changes }) => {
      for (const { table, before, after } of changes) {
        if (after || !before) continue
        try {
          if (table === "ecrLayers") removeUnneeded((before as EcrLayerRow).digest)
          if (table === "ecrUploads") layers.cancel((before as EcrUploadRow).id).catch(unfinished)
        } catch (thrown) {
          unfinished(thrown)
        }
      }
    },
  )
  const cancel = repeat(clock, hour, sweepOnce)
  sweepOnce()
  return () => {
    stop()
    cancel()
  }
}
