/** The last values of something that is measured again and again. */
import { useEffect, useRef, useState } from 'react'

/** Adds `value` whenever `at` changes; keeps the last `length`. Undefined values leave no mark. */
export function useHistory(value: number | undefined, at: unknown, length = 60): readonly number[] {
  const [values, setValues] = useState<readonly number[]>([])
  const seen = useRef<unknown>(undefined)
  useEffect(() => {
    if (value === undefined || seen.current === at) return
    seen.current = at
    setValues((before) => [...before, value].slice(-length))
  }, [value, at, length])
  return values
}
