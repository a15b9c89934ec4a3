// Input members of the Parameter Store that are taken and do nothing: listed in docs/parity.md.
export const withoutEffect: readonly string[] = [
  // Kept and described; every value is encrypted with the key of the data folder.
  "PutParameter.KeyId",
  // No image is looked for before a parameter of this type is put.
  "PutParameter.DataType=aws:ec2:image",
]
