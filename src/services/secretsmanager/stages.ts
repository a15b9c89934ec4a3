// How staging labels move between the versions of a secret. Pure: versions in, the versions whose labels change out.
import type { SecretVersionRow } from "../../state/index.ts"

export const current = "AWSCURRENT"
export const previous = "AWSPREVIOUS"
export const pending = "AWSPENDING"

type Labelled = Pick<SecretVersionRow, "id" | "stages">
/** The labels that a version has after a move, by its id; versions that keep theirs are not in it. */
export type Moved = ReadonlyMap<string, readonly string[]>

const changed = (versions: readonly Labelled[], stagesOf: (version: Labelled) => ReadonlySet<string>): Moved => {
  const moved = new Map<string, readonly string[]>()
  for (const version of versions) {
    const stages = [...stagesOf(version)].sort()
    if (stages.join("\n") !== version.stages.join("\n")) moved.set(version.id, stages)
  }
  return moved
}

/**
 * A new version takes its labels from the versions that have them. What was AWSCURRENT becomes AWSPREVIOUS, and is no longer
 * AWSPENDING (observed on AWS).
 */
export const moveToNew = (versions: readonly Labelled[], taken: readonly string[]): Moved => {
  const old = taken.includes(current) ? versions.find(({ stages }) => stages.includes(current)) : undefined
  return changed(versions, ({ id, stages }) => {
    const left = new Set(stages.filter((stage) => !taken.includes(stage)))
    if (old) left.delete(previous)
    if (id === old?.id) {
      left.delete(pending)
      if (!taken.includes(previous)) left.add(previous)
    }
    return left
  })
}

/** One label is moved, attached or taken away. AWSCURRENT leaves AWSPREVIOUS behind. */
export const moveLabel = (
  versions: readonly Labelled[],
  stage: string,
  from: string | undefined,
  to: string | undefined,
): Moved =>
  changed(versions, ({ id, stages }) => {
    const left = new Set(stages)
    if (id === from) left.delete(stage)
    if (id === to) left.add(stage)
    if (stage === current && from !== undefined && to !== undefined && from !== to) {
      if (id === from) left.add(previous)
      else left.delete(previous)
    }
    return left
  })
