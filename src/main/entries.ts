// The files that the processes of Roadstead start from: beside this file as .ts in a checkout, as .js in the bundle.
import { fileURLToPath } from "node:url"

export type EntryName =
  | "control-plane-process"
  | "agent-process"
  | "relay-process"
  | "proxy-process"
  | "helper-process"
  | "simulated-agents-process"

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"

/** What stands before a file of ours on Node's command line. */
export const nodeArguments = ["--disable-warning=ExperimentalWarning"] as const

/** The command that starts one of our processes with this Node, and what of the environment it is given. */
export const entryCommand = (name: EntryName, env: Readonly<Record<string, string>>) => ({
  command: process.execPath,
  args: [...nodeArguments, fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url))],
  env: { PATH: process.env.PATH, HOME: process.env.HOME, TZ: process.env.TZ, ...env },
})
