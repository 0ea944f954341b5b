/** Preloaded with `--import`: shifts the process's wall clock by PLAZA_TEST_CLOCK_MS; nobody is told. */

const shiftMs = Number(process.env.PLAZA_TEST_CLOCK_MS)
const RealDate = Date

globalThis.Date = class extends RealDate {
  constructor(...values: [] | [string | number | Date]) {
    if (values.length) super(...values)
    else super(RealDate.now() + shiftMs)
  }

  static override now(): number {
    return RealDate.now() + shiftMs
  }
} as DateConstructor
