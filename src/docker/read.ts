// Reading what Docker answers: whole bodies, and the lines of JSON that pulls, events, stats and imports send.
import type { Readable } from "node:stream"
import { DockerError } from "./error.ts"

/** The whole body as text. Rejects with a {@link DockerError} of status 0 when the connection breaks inside it. */
export const readText = async (stream: Readable): Promise<string> => {
  const parts: Buffer[] = []
  try {
    for await (const part of stream) parts.push(part as Buffer)
  } catch (error) {
    throw broken(error)
  }
  return Buffer.concat(parts).toString("utf8")
}

/** The documents of a stream of JSON lines, one by one, as they arrive. */
export async function* readLines(stream: Readable): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let rest = ""
  const decoder = new TextDecoder()
  try {
    for await (const part of stream) {
      rest += decoder.decode(part as Buffer, { stream: true })
      const lines = rest.split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) if (line.trim() !== "") yield JSON.parse(line) as Record<string, unknown>
    }
  } catch (error) {
    throw broken(error)
  }
  if (rest.trim() !== "") yield JSON.parse(rest) as Record<string, unknown>
}

/**
 * Reads a stream of progress (`images/create`, `images/load`, `build`) to its end.
 * Docker answers 200 before it knows the outcome: a failure is a line with `error`, thrown here with status 500.
 */
export const readProgress = async (
  stream: Readable,
  onLine: (line: Readonly<Record<string, unknown>>) => void = () => {},
): Promise<void> => {
  for await (const line of readLines(stream)) {
    if (typeof line.error === "string") throw new DockerError(500, line.error)
    onLine(line)
  }
}

const broken = (error: unknown): Error => {
  if (!(error instanceof Error) || error instanceof SyntaxError) return error as Error
  return new DockerError(
    0,
    `The Docker engine broke off its answer: ${error.message}`,
    (error as { code?: string }).code,
  )
}
