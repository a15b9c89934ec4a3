import assert from "node:assert/strict"
import { test } from "node:test"
import { readUserData } from "./index.ts"

const read = (text: string) => readUserData(Buffer.from(text).toString("base64"))
const settings = (text: string) => {
  const { settings: found, notUnderstood } = read(text)
  assert.deepEqual(notUnderstood, [])
  return found
}
const file = "/etc/ecs/ecs.config"

test("settings that a script echoes into the agent's file are found, in every way of quoting", () => {
  for (const line of [
    `echo ECS_CLUSTER=web >> ${file}`,
    `echo "ECS_CLUSTER=web" >> ${file}`,
    `echo 'ECS_CLUSTER=web' >>${file}`,
    `echo ECS_CLUSTER=web | sudo tee -a ${file} > /dev/null`,
    `printf 'ECS_CLUSTER=%s\\n' web > ${file}`,
    `CLUSTER=web\necho "ECS_CLUSTER=\${CLUSTER}" >> "${file}"`,
    `export CLUSTER="web"; echo ECS_CLUSTER=$CLUSTER >> ${file}`,
    `yum update -y && echo ECS_CLUSTER=web >> ${file}`,
    `mkdir -p /etc/ecs\ntouch ${file}\necho ECS_CLUSTER=web \\\n  >> ${file}`,
    `{ echo "ECS_CLUSTER=web"; } >> ${file}`,
    `{\n  echo "ECS_CLUSTER=web"\n} > ${file}`,
  ]) {
    assert.deepEqual(settings(`#!/bin/bash\n${line}\nsystemctl start ecs\n`), { ECS_CLUSTER: "web" }, line)
  }
})

test("here-documents are read, with and without variables, and a single > begins the file anew", () => {
  const script = (begin: string) => `#!/bin/bash -xe
echo ECS_CLUSTER=before > ${file}
NAME=web
${begin}
ECS_CLUSTER=$NAME
ECS_INSTANCE_ATTRIBUTES={"stack":"blue","of":"us"}
# ECS_RESERVED_MEMORY=1
END
echo ECS_RESERVED_MEMORY=64 >> ${file}
`
  const rest = { ECS_INSTANCE_ATTRIBUTES: '{"stack":"blue","of":"us"}', ECS_RESERVED_MEMORY: "64" }
  for (const begin of [`cat <<END > ${file}`, `cat >${file} <<-END`, `tee ${file} << "END"`]) {
    const expected = begin.includes('"') ? "$NAME" : "web"
    assert.deepEqual(settings(script(begin)), { ECS_CLUSTER: expected, ...rest }, begin)
  }
  assert.equal(settings(script(`cat <<'END' >> ${file}`)).ECS_CLUSTER, "$NAME")
})

test("a cloud-config's write_files, runcmd and bootcmd are read", () => {
  const config = `#cloud-config
packages:
  - jq
write_files:
  - path: /etc/other
    content: ECS_CLUSTER=other
  - path: ${file}
    permissions: '0644'
    content: |
      ECS_CLUSTER=web
      ECS_IMAGE_PULL_BEHAVIOR=once
runcmd:
  - echo ECS_RESERVED_MEMORY=32 >> ${file}
  - [sh, -c, "echo ECS_RESERVED_PORTS=[80] >> ${file}"]
  - |
    echo ECS_CONTAINER_STOP_TIMEOUT=5s >> ${file}
`
  assert.deepEqual(settings(config), {
    ECS_CLUSTER: "web",
    ECS_IMAGE_PULL_BEHAVIOR: "once",
    ECS_RESERVED_MEMORY: "32",
    ECS_RESERVED_PORTS: "[80]",
    ECS_CONTAINER_STOP_TIMEOUT: "5s",
  })
})

test("the parts of a MIME archive are read in their order", () => {
  const archive = `Content-Type: multipart/mixed; boundary="==BOUNDARY=="
MIME-Version: 1.0

--==BOUNDARY==
Content-Type: text/cloud-boothook; charset="us-ascii"

#!/bin/sh
cloud-init-per once docker_options true
--==BOUNDARY==
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
cat <<'END' >> ${file}
ECS_CLUSTER=web
END
--==BOUNDARY==
Content-Type: text/cloud-config

write_files:
- path: ${file}
  append: true
  content: ECS_RESERVED_MEMORY=8
--==BOUNDARY==--
`
  assert.deepEqual(settings(archive), { ECS_CLUSTER: "web", ECS_RESERVED_MEMORY: "8" })
})

test("what would have to be run to be known has no effect and is reported", () => {
  for (const line of [
    `echo ECS_CLUSTER=$(hostname) >> ${file}`,
    `echo ECS_CLUSTER=\`hostname\` >> ${file}`,
    `sed -i s/a/b/ ${file}`,
    `curl http://example.com/config > ${file}`,
    `if [ -f /x ]; then echo ECS_CLUSTER=a >> ${file}; fi`,
    `false || echo ECS_CLUSTER=a >> ${file}`,
    `cat <<END > ${file}\nECS_CLUSTER=$1\nEND`,
    `aws s3 cp s3://bucket/ecs.config ${file}`,
  ]) {
    const { settings: found, notUnderstood } = read(`#!/bin/bash\n${line}\n`)
    assert.deepEqual(found, {}, line)
    assert.equal(notUnderstood.length, 1, line)
  }
})

test("user data without settings, and none at all, say nothing", () => {
  assert.deepEqual(readUserData(undefined), { settings: {}, notUnderstood: [] })
  assert.deepEqual(settings("#!/bin/bash\necho hello > /tmp/x\nif true; then echo $(date); fi\n"), {})
})
