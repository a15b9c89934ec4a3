// Members that the model of container agents has and the public one does not. Written by hand: agents send them, and the
// SDK packages do not know them. Source: ecs-agent-protocol.md section 3 (the requests that a real agent sent).
import type { ContractFile } from "../contract.ts"

/** A fresh UUID for each process of an agent: what comes again with the same one is the same registration. */
const token = { clientToken: "$string" } as const

/** The contract with these members. */
export const withAgentMembers = (file: ContractFile): ContractFile => {
  const name = "RegisterContainerInstanceRequest"
  const shape = file.service === "ecs" ? file.shapes[name] : undefined
  if (!shape) return file
  return { ...file, shapes: { ...file.shapes, [name]: { ...shape, m: { ...shape.m, ...token } } } }
}
