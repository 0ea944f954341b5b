import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { settingNames } from './setting-names.ts'
import { readTree } from './source-tree.ts'

interface Service {
  profiles: string[]
  image?: string
  build?: string
  command?: string[]
  environment?: Record<string, string>
  secrets?: string[]
  volumes?: string[]
  ports?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[] }
}
interface Compose {
  services: Record<string, Service>
  volumes: Record<string, null>
  secrets: Record<string, { file: string }>
}

const names = settingNames()
const official = ['node', 'postgres', 'redis']
const tree = readTree(
  /^(docker-compose\.yml|Dockerfile|\.dockerignore|\.gitignore|package\.json|README\.md|docs\/guides\/.*\.md)$|^scripts\/secrets\.ts$/,
)
const text = (path: string) => tree.get(path) ?? assert.fail(`${path} is missing`)
const scripts = (JSON.parse(text('package.json')) as { scripts: Record<string, string> }).scripts

/** All that is wrong with a compose file, one line each. */
function composeBreaches(compose: Compose): string[] {
  return Object.entries(compose.services).flatMap(([name, service]) => {
    const breaches: string[] = []
    const breach = (holds: boolean, what: string) => holds || breaches.push(`${name}: ${what}`)
    breach(
      (service.image === undefined) !== (service.build === undefined),
      'needs an image or a build',
    )
    if (service.image)
      breach(isPinned(service.image), `${service.image} is not an official image with a version`)
    for (const profile of service.profiles ?? []) {
      breach(['embedded', 'cluster'].includes(profile), `unknown profile ${profile}`)
      for (const other of Object.keys(service.depends_on ?? {})) {
        const profiles = compose.services[other]?.profiles ?? []
        breach(profiles.includes(profile), `depends on ${other}, which ${profile} does not start`)
      }
    }
    breach((service.profiles ?? []).length > 0, 'is in no profile')
    for (const variable of Object.keys(service.environment ?? {})) {
      if (variable.startsWith('PLAZA_')) breach(names.has(variable), `${variable} is no setting`)
    }
    for (const secret of service.secrets ?? []) {
      breach(secret in compose.secrets, `secret ${secret} is not declared`)
    }
    for (const value of Object.values(service.environment ?? {})) {
      const used = /^\/run\/secrets\/(.+)$/.exec(value)?.[1]
      if (used)
        breach(service.secrets?.includes(used) ?? false, `reads secret ${used} without having it`)
    }
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0] ?? ''
      breach(
        source.startsWith('.') || source in compose.volumes,
        `volume ${source} is not declared`,
      )
    }
    breach(service.healthcheck !== undefined, 'has no health check')
    return breaches
  })
}

function isPinned(image: string): boolean {
  const [name = '', tag = ''] = image.split(':')
  return official.includes(name) && /^\d/.test(tag)
}

const compose = () => parse(text('docker-compose.yml')) as Compose

test('[HO10] the compose file names settings, images, secrets and volumes that exist, in both profiles', () => {
  const { services, ...rest } = compose()
  assert.deepEqual(composeBreaches({ services, ...rest }), [])
  const inProfile = (profile: string) =>
    Object.keys(services).filter((name) => services[name]?.profiles.includes(profile))
  assert.deepEqual(inProfile('embedded'), ['plaza'])
  for (const name of ['room-1', 'media-1', 'postgres', 'redis']) {
    assert.ok(inProfile('cluster').includes(name), name)
  }
})

test('[HO10] planted mistakes in a compose file are caught', () => {
  const mistake = (change: (compose: Compose) => void) => {
    const broken = compose()
    change(broken)
    return composeBreaches(broken).join()
  }
  const room = (compose: Compose) => compose.services['room-1'] ?? assert.fail()
  const postgres = (compose: Compose) => compose.services.postgres ?? assert.fail()
  assert.match(
    mistake((c) => (room(c).environment = { PLAZA_PROT: '1' })),
    /PLAZA_PROT is no setting/,
  )
  assert.match(
    mistake((c) => (postgres(c).image = 'postgres:latest')),
    /not an official image/,
  )
  assert.match(
    mistake((c) => (postgres(c).image = 'somebody/postgres:17')),
    /not an official image/,
  )
  assert.match(
    mistake((c) => (room(c).secrets = [])),
    /without having it/,
  )
  assert.match(
    mistake((c) => (room(c).volumes = ['nowhere:/data'])),
    /volume nowhere/,
  )
  assert.match(
    mistake((c) => (postgres(c).profiles = ['embedded'])),
    /depends on postgres/,
  )
  assert.match(
    mistake((c) => delete postgres(c).healthcheck),
    /health check/,
  )
})

test('[HO10] every secret of the compose file is written by npm run secrets and kept out of git and images', () => {
  for (const [name, { file }] of Object.entries(compose().secrets)) {
    assert.equal(file, `./secrets/${name}`)
    assert.ok(text('scripts/secrets.ts').includes(`'${name}'`), name)
  }
  assert.match(text('.gitignore'), /^secrets\/$/m)
  assert.match(text('.dockerignore'), /^secrets$/m)
})

test('[HO10] the image is built from a pinned official image by the commands that people use', () => {
  const lines = text('Dockerfile').replaceAll('\\\n', ' ').split('\n')
  const steps = (word: string) =>
    lines
      .filter((line) => line.startsWith(`${word} `))
      .map((line) => line.slice(word.length + 1).trim())
  assert.deepEqual(
    steps('FROM').filter((image) => !isPinned(image)),
    [],
  )
  const used = steps('RUN').flatMap((step) =>
    [...step.matchAll(/npm (?:run )?(\S+)/g)].map((m) => m[1] ?? ''),
  )
  assert.ok(used.length > 0)
  for (const script of used) assert.ok(script in scripts, `package.json has no ${script}`)
  assert.equal((JSON.parse(steps('CMD')[0] ?? '[]') as string[]).join(' '), scripts.start)
  assert.match(text('README.md'), /^npm start$/m)
  assert.equal(compose().services['media-1']?.command?.join(' '), scripts.media)
  const ports = new Set(steps('EXPOSE').flatMap((step) => step.split(' ')))
  const built = Object.values(compose().services).filter((service) => service.build)
  for (const port of built.flatMap((service) => service.ports ?? [])) {
    assert.ok(ports.has(port.split(':').at(-1) ?? ''), `${port} is not exposed`)
  }
})
