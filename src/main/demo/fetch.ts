// Asking what the demo's containers answer, as a browser would.
import { get } from "node:http"
import { type Clock, delay } from "../../kernel/index.ts"

/** A task starts in about a second; a busy machine may take much longer. */
export const patience = 120_000

/** The body of an answer. Rejects when there is none. */
export const fetchText = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = get(url, { timeout: 10_000 }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => {
        text += chunk
      })
      response.on("end", () => resolve(text))
      response.on("error", reject)
    })
    request.on("timeout", () => request.destroy(new Error(`${url} did not answer`)))
    request.on("error", reject)
  })

/** The same of a program that may not listen yet. */
export const answered = async (clock: Clock, url: string): Promise<string> => {
  const end = clock.now() + patience
  for (;;) {
    try {
      return await fetchText(url)
    } catch (thrown) {
      // A published port takes connections before the app does, and then breaks them off.
      const isEarly = ["ECONNREFUSED", "ECONNRESET"].includes((thrown as { code?: string }).code ?? "")
      if (!isEarly || clock.now() > end) throw thrown
    }
    await delay(clock, 50)
  }
}
