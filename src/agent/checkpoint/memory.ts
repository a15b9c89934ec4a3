// The agent's checkpoint in memory: the whole behaviour, and what tests use. Nothing here survives the process;
// sqlite.ts writes the same changes through to disk.
import type { AgentIdentity, Checkpoint, LogPosition, StoredTask } from "../types.ts"

/** Where a change of the checkpoint goes as well: each call is made before the change can be seen. */
export interface CheckpointSink {
  identity(identity: AgentIdentity): void
  task(task: StoredTask): void
  taskRemoved(arn: string): void
  logPosition(runtimeId: string, position: LogPosition): void
  logPositionRemoved(runtimeId: string): void
  durable(): Promise<void>
  close(): void
}

/** What a checkpoint begins with. */
export interface CheckpointContent {
  readonly identity: AgentIdentity
  readonly tasks: readonly StoredTask[]
  readonly logPositions: ReadonlyMap<string, LogPosition>
}

const nowhere: CheckpointSink = {
  identity: () => {},
  task: () => {},
  taskRemoved: () => {},
  logPosition: () => {},
  logPositionRemoved: () => {},
  durable: async () => {},
  close: () => {},
}

/** The identity of an agent that has never registered. */
export const freshIdentity = (cluster: string): AgentIdentity => ({ cluster, sequence: -1 })

/** A {@link Checkpoint} over `content`; every change goes to `sink` first. */
export const checkpointOver = (content: CheckpointContent, sink: CheckpointSink): Checkpoint => {
  let identity = content.identity
  const tasks = new Map(content.tasks.map((task) => [task.arn, task]))
  const positions = new Map(content.logPositions)
  const put = (task: StoredTask) => {
    sink.task(task)
    tasks.set(task.arn, task)
  }
  return {
    identity: () => identity,
    saveIdentity: (next) => {
      sink.identity(next)
      identity = next
    },
    tasks: () => [...tasks.values()],
    saveTask: (task) => {
      const reported = tasks.get(task.arn)?.reported ?? task.reported
      put({ arn: task.arn, snapshot: withoutCredentials(task.snapshot), ...(reported && { reported }) })
    },
    saveReported: (arn, reported) => {
      const known = tasks.get(arn)
      if (known) put({ ...known, reported })
    },
    removeTask: (arn) => {
      sink.taskRemoved(arn)
      tasks.delete(arn)
    },
    logPosition: (runtimeId) => positions.get(runtimeId),
    saveLogPosition: (runtimeId, position) => {
      sink.logPosition(runtimeId, position)
      positions.set(runtimeId, position)
    },
    removeLogPosition: (runtimeId) => {
      sink.logPositionRemoved(runtimeId)
      positions.delete(runtimeId)
    },
    durable: () => sink.durable(),
    close: () => sink.close(),
  }
}

/** A checkpoint that lives as long as the process. */
export const memoryCheckpoint = (cluster: string): Checkpoint =>
  checkpointOver({ identity: freshIdentity(cluster), tasks: [], logPositions: new Map() }, nowhere)

// Credentials are handed out from memory only; a copy of the disk must not hold a key. The control plane pushes them
// again after a restart (sendCredentials).
const withoutCredentials = (snapshot: StoredTask["snapshot"]): StoredTask["snapshot"] => {
  const { roleCredentials: _role, executionRoleCredentials: _execution, ...definition } = snapshot.definition
  return { ...snapshot, definition }
}
