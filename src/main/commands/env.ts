// `roadstead env`: the lines that point the AWS CLI and SDKs of a shell at a Roadstead.
import { endpointOf, type UpConfig } from "../config.ts"
import { Problem } from "../problem.ts"
import { type RootKey, readRootKey } from "../root-key.ts"

/** The text for `eval "$(roadstead env)"`. Throws a Problem when a key is needed and there is none. */
export const env = (config: UpConfig): string => {
  const key = config.auth === "strict" ? strictKey(config) : relaxedKey(config)
  return [
    `export AWS_ENDPOINT_URL=${endpointOf(config)}`,
    `export AWS_REGION=${config.region}`,
    `export AWS_DEFAULT_REGION=${config.region}`,
    `export AWS_ACCESS_KEY_ID=${key.accessKeyId}`,
    `export AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}`,
    "export AWS_PAGER=",
    "",
  ].join("\n")
}

/** In relaxed mode a key of twelve digits is the account that it acts for, and the secret can be anything. */
const relaxedKey = ({ account }: UpConfig): RootKey => ({ accessKeyId: account, secretAccessKey: "anything" })

const strictKey = ({ data }: UpConfig): RootKey => {
  const key = readRootKey({ data })
  if (key) return key
  throw new Problem(
    2,
    `${data} has no root key yet: it is made by the first roadstead up --auth strict on that folder.`,
  )
}
