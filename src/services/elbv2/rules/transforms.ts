// The transforms of a rule: what is rewritten of a request that matches.
import type { RuleTransform } from "@aws-sdk/client-elastic-load-balancing-v2"
import { compileRegexp } from "../../../kernel/index.ts"
import type { Frozen } from "../../../state/index.ts"
import { invalid, oneOf } from "../checks.ts"

const types = ["host-header-rewrite", "url-rewrite"] as const
const configs = { "host-header-rewrite": "HostHeaderRewriteConfig", "url-rewrite": "UrlRewriteConfig" } as const

/** "You can add one host header rewrite transform and one URL rewrite transform." Texts from memory. */
export const checkedTransforms = (asked: readonly RuleTransform[] | undefined): Frozen<RuleTransform>[] => {
  const transforms = (asked ?? []).map((transform, i): Frozen<RuleTransform> => {
    const type = oneOf(`transforms.${i + 1}.member.type`, transform.Type, types)
    if (type === undefined) throw invalid("A transform type must be specified")
    const config = configs[type]
    const other = config === "UrlRewriteConfig" ? "HostHeaderRewriteConfig" : "UrlRewriteConfig"
    if (transform[other]) throw invalid(`The '${other}' field is not compatible with '${type}'`)
    const [rewrite, ...more] = transform[config]?.Rewrites ?? []
    if (!rewrite || more.length > 0) throw invalid(`Exactly one rewrite must be specified for '${type}'`)
    return { Type: type, [config]: { Rewrites: [checkedRewrite(rewrite)] } }
  })
  for (const type of types)
    if (transforms.filter(({ Type }) => Type === type).length > 1)
      throw invalid(`A rule can only have one '${type}' transform`)
  return transforms
}

const checkedRewrite = ({ Regex = "", Replace = "" }: { Regex: string | undefined; Replace: string | undefined }) => {
  if (Regex === "" || Regex.length > 1024)
    throw invalid("The regular expression of a rewrite must have 1 to 1024 characters")
  if (Replace.length > 1024) throw invalid("The replacement of a rewrite must have at most 1024 characters")
  try {
    compileRegexp(Regex)
  } catch {
    throw invalid(`The regular expression '${Regex}' is not valid`)
  }
  return { Regex, Replace }
}
