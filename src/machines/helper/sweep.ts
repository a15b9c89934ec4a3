// Removing control groups that the helper's agent made: they are root's on the engine's host, so a container of the same
// kind does it, and ends.
import type { Docker } from "../../docker/index.ts"
import { helperNames, ownerCgroup } from "../names.ts"
import { createHelper, type HelperProgram, removeHelper } from "./container.ts"

/** The argument that tells the helper's process to remove a group instead of staying. */
export const sweepArgument = "--remove-control-group"

/** Removes all groups of `owner` on the engine's host. Nothing of the owner's may run there any more. */
export const sweepCgroup = async (
  docker: Docker,
  options: { owner: string; program: HelperProgram },
): Promise<void> => {
  const { owner, program } = options
  const name = `${helperNames(owner).container}-sweep`
  const command = [...program.command, sweepArgument, ownerCgroup(owner)]
  const id = await createHelper(docker, { owner, program: { ...program, command }, name })
  try {
    // Asked before the start, because it removes itself at its end.
    const waiting = docker.request<{ StatusCode: number }>("POST", `/containers/${id}/wait`, {
      query: { condition: "next-exit" },
    })
    // When the start fails, its error is the one to tell.
    waiting.catch(() => {})
    await docker.request("POST", `/containers/${id}/start`)
    const { body } = await waiting
    if (body.StatusCode !== 0)
      throw new Error("the control groups of tasks could not be removed from the engine's host")
  } finally {
    await removeHelper(docker, id)
    await docker.request("DELETE", `/volumes/${helperNames(owner).volume}`)
  }
}
