// What user data says to the ECS agent of its instance: the assignments that it puts into /etc/ecs/ecs.config. Nothing is
// ever run; what cannot be read without running it is reported. Pure.
import { readCloudConfig } from "./cloud-config.ts"
import { readShell, settingsFile, type Written } from "./shell.ts"

export interface ReadUserData {
  /** `ECS_CLUSTER` and the other settings, as they stand in the file. */
  readonly settings: Readonly<Record<string, string>>
  /** What touches the file in a way that is not understood. */
  readonly notUnderstood: readonly string[]
}

interface Part {
  readonly type: string
  readonly text: string
}

/** The parts of a MIME multi-part archive; the text itself when it is none. */
const partsOf = (text: string): Part[] => {
  const [head = ""] = text.split(/\r?\n\r?\n/, 1)
  const boundary = /^content-type:\s*multipart\/[^;]+;[\s\S]*?boundary="?([^"\s;]+)"?/im.exec(head)?.[1]
  if (boundary === undefined) return [{ type: "", text }]
  return text
    .split(new RegExp(`^--${boundary.replace(/[^\w]/g, "\\$&")}(?:--)?[ \\t]*\\r?$`, "m"))
    .slice(1)
    .flatMap((part): Part[] => {
      const trimmed = part.replace(/^\r?\n/, "")
      const end = /\r?\n\r?\n/.exec(trimmed)
      if (!end) return []
      const headers = trimmed.slice(0, end.index)
      const body = trimmed.slice(end.index + end[0].length)
      const encoded = /^content-transfer-encoding:\s*base64/im.test(headers)
      const type = /^content-type:\s*([^;\s]+)/im.exec(headers)?.[1] ?? ""
      return [{ type, text: encoded ? Buffer.from(body, "base64").toString("utf8") : body }]
    })
}

const read = ({ type, text }: Part, before: string | undefined): Written => {
  if (type === "text/cloud-config" || text.startsWith("#cloud-config")) return readCloudConfig(text, before)
  if (type === "text/x-shellscript" || text.startsWith("#!")) return readShell(text, before)
  // cloud-init runs nothing else; who wrote this may have forgotten the first line.
  const mentions = text.includes(settingsFile) ? [`no script or cloud-config: ${text.slice(0, 100)}`] : []
  return { ...(before !== undefined && { text: before }), notUnderstood: mentions }
}

/** Lines of an environment file; a later one of a name counts. */
const assignments = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const match = /^\s*(ECS_[A-Z0-9_]+)=(.*?)\s*$/.exec(line)
      return match ? [[match[1] ?? "", match[2] ?? ""]] : []
    }),
  )

/** Reads user data as it is in a request: Base64. */
export const readUserData = (base64: string | undefined): ReadUserData => {
  const text = Buffer.from(base64 ?? "", "base64").toString("utf8")
  let file: string | undefined
  const notUnderstood: string[] = []
  for (const part of partsOf(text)) {
    const written = read(part, file)
    file = written.text
    notUnderstood.push(...written.notUnderstood)
  }
  return { settings: assignments(file ?? ""), notUnderstood: notUnderstood.slice(0, 20) }
}
