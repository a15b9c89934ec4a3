// What the registry lists: tags, repositories, and what refers to a manifest.
import { RegistryError } from "./errors.ts"
import { answerJson, type Exchange } from "./exchange.ts"

/** ECR: at most 1000 at a time. */
const most = 1000

const readOnly = ({ method }: Exchange): void => {
  if (method !== "GET" && method !== "HEAD")
    throw new RegistryError(405, "UNSUPPORTED", "The operation is unsupported.")
}

/** The part of `sorted` that `n` and `last` ask for, and the header that leads to the next. */
const page = (
  { query }: Exchange,
  path: string,
  sorted: readonly string[],
): { readonly items: readonly string[]; readonly link: Record<string, string> } => {
  const asked = query.get("n")
  if (asked !== null && !/^\d{1,9}$/.test(asked))
    throw new RegistryError(400, "PAGINATION_NUMBER_INVALID", "n must be a whole number.")
  const n = Math.min(asked === null ? most : Number(asked), most)
  const last = query.get("last")
  const rest = last === null ? sorted : sorted.filter((item) => item > last)
  const items = rest.slice(0, n)
  const end = items.at(-1)
  const more = end !== undefined && rest.length > items.length
  return {
    items,
    link: more ? { link: `<${path}?last=${encodeURIComponent(end)}&n=${n}>; rel="next"` } : {},
  }
}

/** All pages of an operation of ECR. */
const all = async <T>(
  next: (nextToken: string | undefined) => Promise<{ items: readonly T[]; nextToken?: string | undefined }>,
) => {
  const found: T[] = []
  let token: string | undefined
  do {
    const { items, nextToken } = await next(token)
    found.push(...items)
    token = nextToken
  } while (token !== undefined)
  return found
}

/** `/v2/<name>/tags/list`. */
export const serveTags = async (exchange: Exchange, name: string): Promise<void> => {
  readOnly(exchange)
  const tags = await all(async (nextToken) => {
    const asked = { repositoryName: name, filter: { tagStatus: "TAGGED" }, maxResults: most, nextToken }
    const { imageIds = [], nextToken: next } = await exchange.call("ListImages", asked)
    return { items: imageIds.map(({ imageTag = "" }) => imageTag), nextToken: next }
  })
  const { items, link } = page(exchange, `/v2/${name}/tags/list`, tags.toSorted())
  answerJson(exchange, { name, tags: items }, link)
}

/** `/v2/_catalog`. */
export const serveCatalog = async (exchange: Exchange): Promise<void> => {
  readOnly(exchange)
  const names = await all(async (nextToken) => {
    const { repositories = [], nextToken: next } = await exchange.call("DescribeRepositories", {
      maxResults: most,
      nextToken,
    })
    return { items: repositories.map(({ repositoryName = "" }) => repositoryName), nextToken: next }
  })
  const { items, link } = page(exchange, "/v2/_catalog", names.toSorted())
  answerJson(exchange, { repositories: items }, link)
}

/** `/v2/<name>/referrers/<digest>`. */
export const serveReferrers = async (exchange: Exchange, name: string, digest: string): Promise<void> => {
  readOnly(exchange)
  const type = exchange.query.get("artifactType")
  const filter = type === null ? {} : { filter: { artifactTypes: [type] } }
  const manifests = await all(async (nextToken) => {
    const asked = { repositoryName: name, subjectId: { imageDigest: digest }, maxResults: 50, nextToken, ...filter }
    const { referrers = [], nextToken: next } = await exchange.call("ListImageReferrers", asked)
    return {
      items: referrers.map(({ digest, mediaType, size, artifactType, annotations }) => ({
        mediaType,
        digest,
        size,
        ...(artifactType !== undefined && { artifactType }),
        ...(annotations && { annotations }),
      })),
      nextToken: next,
    }
  })
  const index = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests }
  answerJson(exchange, index, {
    "content-type": index.mediaType,
    ...(type !== null && { "oci-filters-applied": "artifactType" }),
  })
}
