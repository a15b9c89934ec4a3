// Whether this machine reaches the addresses of the demo's tasks.
import { fetchText } from "./fetch.ts"
import { NotHere } from "./step.ts"

/** A VPC on a machine apart is reached from inside only. */
export const refuseApart = async (endpoint: string): Promise<void> => {
  const health = JSON.parse(await fetchText(`${endpoint}/_roadstead/health`)) as {
    hosts: { place: string; status: string; reason?: string }[]
  }
  if (health.hosts.every(({ place, reason }) => place === "shared" && reason === undefined)) return
  throw new NotHere(
    "Another Roadstead, or another network, has the VPC's addresses here: the task can be reached from inside only.",
  )
}
