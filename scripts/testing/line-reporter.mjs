/** Reports each finished test of a file as one line of JSON, for scripts/testing/test-file.ts. */

export default async function* lineReporter(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (data.details?.type === 'suite') continue
    const line = {
      name: data.name,
      passed: type === 'test:pass',
      skip: data.skip ?? data.todo,
      ms: data.details?.duration_ms ?? 0,
    }
    yield `${JSON.stringify(line)}\n`
  }
}
