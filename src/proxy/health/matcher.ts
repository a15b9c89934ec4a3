// Which codes of an answer are healthy: AWS's lists and ranges, `200,202` and `200-299,301`.

export const matches = (matcher: string, code: number): boolean =>
  matcher.split(",").some((part) => {
    const [from, to = from] = part.trim().split("-").map(Number)
    return from !== undefined && to !== undefined && code >= from && code <= to
  })
