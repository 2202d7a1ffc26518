const SVG = "http://www.w3.org/2000/svg";

type Child = Node | string | null | undefined | false;

/** An element with attributes and children. Strings become text, never markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

/** The element with this id, which the page is known to have. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) {
    throw new Error(`the page has no #${id}`);
  }
  return element as T;
}

/** Names and values; the third of a row names the fact for tests and style sheets. */
export function facts(rows: [string, string | Node, string][]): HTMLElement {
  return h(
    "dl",
    { class: "facts" },
    ...rows.map(([name, value, fact]) => h("div", { "data-fact": fact }, h("dt", {}, name), h("dd", {}, value))),
  );
}

const ICONS = {
  accept: ["M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19z", "M7.6 12.3l3 3 5.8-6.2"],
  review: ["M12 3.2 22 20.5H2z", "M12 9.6v5", "M12 17.4v.2"],
  reject: ["M8 2.5h8l5.5 5.5v8L16 21.5H8L2.5 16V8z", "M8.8 8.8l6.4 6.4", "M15.2 8.8l-6.4 6.4"],
  not_covered: ["M4 6l5-2.5 6 2.5 5-2.5v14.5L15 20.5 9 18l-5 2.5z", "M9 3.5V18", "M15 6v14.5"],
  not_required: ["M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19z", "M7.5 12h9"],
  unavailable: ["M5 5l14 14", "M8.5 3.8A9.5 9.5 0 0 1 20.2 15.5", "M17.5 19.7A9.5 9.5 0 0 1 4.3 6.5"],
  waiting: ["M4 7h16", "M4 12h10", "M4 17h7"],
  info: ["M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19z", "M12 11v5.5", "M12 7.6v.2"],
  calendar: ["M4 5.5h16v15H4z", "M4 10h16", "M8.5 3v4", "M15.5 3v4"],
  key: ["M8.5 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M12.5 12h9", "M18 12v3.5", "M21.3 12v2.5"],
} as const;

/** The name of an icon. */
export type Icon = keyof typeof ICONS;

/** A decorative icon; the words beside it say the same. */
export function icon(name: Icon): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  for (const path of ICONS[name]) {
    const element = document.createElementNS(SVG, "path");
    element.setAttribute("d", path);
    svg.append(element);
  }
  return svg;
}
