const TAG =
  /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)\s*(\/?)>/g;
const TEXT = /^(?:[^<&]|&(?:amp|lt|gt|quot);)*$/;

/** What keeps this from being an XML element, as far as a picture of ours goes; nothing when it is one. */
export function wellFormed(xml: string): string[] {
  const wrong: string[] = [];
  const open: string[] = [];
  let at = 0;
  for (const { 0: tag, 1: closing, 2: name, 4: empty, index } of xml.matchAll(TAG)) {
    const text = xml.slice(at, index);
    if (!TEXT.test(text)) wrong.push(`not text: ${text}`);
    at = index + tag.length;
    if (closing) {
      const last = open.pop();
      if (last !== name) wrong.push(`</${name}> ends <${last}>`);
    } else if (!empty) open.push(name as string);
  }
  if (!TEXT.test(xml.slice(at))) wrong.push(`not text: ${xml.slice(at)}`);
  if (open.length > 0) wrong.push(`never ended: ${open.join(', ')}`);
  return wrong;
}
