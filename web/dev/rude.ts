/** Hostile texts for the simulated platform. */

/** What strangers try: markup, direction overrides, towers of marks, one long word. */
export const rude = [
  '<img src=x onerror=alert(1)><script>alert(2)</script>',
  `\u202e\u2066evil\u202e${'\u202b'.repeat(30)}`,
  `Z\u0361${'\u0300\u0311\u0336'.repeat(3000)}algo`,
  'A'.repeat(400),
  '﷽'.repeat(20),
]
