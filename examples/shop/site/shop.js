/**
 * The demo shop: what a real shop's pages do, and the one line beside each that tells Omniloom.
 * Add ?ask to the first address to be asked for consent.
 */

const TEAS = [
  { product_id: "TEA-1", name: "Assam", category: "Black", price: 9.5 },
  { product_id: "TEA-2", name: "Sencha", category: "Green", price: 12 },
  { product_id: "TEA-3", name: "Rooibos", category: "Herbal", price: 7.25 },
];
const CURRENCY = "USD";
const cart = JSON.parse(localStorage.getItem("cart") || "[]");
const main = document.getElementById("page");

const add = (parent, tag, text, marks = {}) => {
  const element = Object.assign(document.createElement(tag), { textContent: text });
  Object.entries(marks).forEach(([name, value]) => element.setAttribute(name, value));
  return parent.appendChild(element);
};

const priced = (product) => ({ ...product, currency: CURRENCY });
const teaOf = (id) => TEAS.find(({ product_id: found }) => found === id) || TEAS[0];

function save() {
  localStorage.setItem("cart", JSON.stringify(cart));
  document.getElementById("cart-size").textContent = cart.length || "";
}

function home() {
  document.title = "Leaf & Loom";
  add(main, "h1", "Tea, slowly");
  add(main, "p", "Three teas, one kettle, no hurry.");
  add(main, "a", "See the teas", { href: "/demo-shop/teas", class: "button" });
}

function teas() {
  document.title = "Teas";
  omniloom.list({ list_id: "teas", category: "Tea", products: TEAS });
  add(main, "h1", "Teas");
  const list = add(main, "ul", "");
  TEAS.forEach((tea) => {
    const item = add(list, "li", "");
    add(item, "a", tea.name, { href: `/demo-shop/tea?id=${tea.product_id}`, id: tea.product_id });
    add(item, "span", `${tea.category}, ${tea.price} ${CURRENCY}`);
    const look = add(item, "button", "Quick look", { id: `look-${tea.product_id}` });
    look.addEventListener("click", () => {
      history.pushState({}, "", `/demo-shop/tea?id=${tea.product_id}`); // the page stays, the address changes
      show("/demo-shop/tea");
    });
  });
}

function tea() {
  const shown = teaOf(new URLSearchParams(location.search).get("id"));
  document.title = shown.name;
  omniloom.product(priced(shown));
  add(main, "h1", shown.name);
  add(main, "p", `${shown.category} tea, ${shown.price} ${CURRENCY} a tin.`);
  add(main, "button", "Put into the cart", { id: "add" }).addEventListener("click", () => {
    cart.push(shown.product_id);
    save();
    omniloom.cart("add", { ...priced(shown), quantity: 1 });
  });
}

function showCart() {
  document.title = "Cart";
  const products = cart.map((id) => ({ ...teaOf(id), quantity: 1 }));
  const revenue = products.reduce((sum, { price }) => sum + price, 0);
  omniloom.cart("view", { cart_id: "demo", products });
  add(main, "h1", "Cart");
  const list = add(main, "ul", "");
  products.forEach(({ name, price }) => add(list, "li", `${name} ${price} ${CURRENCY}`));
  add(main, "p", cart.length ? `Together ${revenue} ${CURRENCY}` : "Still empty.");

  const form = add(main, "form", "", { id: "order", "data-omniloom-form": "Checkout", "data-omniloom-identify": "" });
  const field = (label, marks) => add(add(form, "label", label), "input", "", marks);
  const email = field("E-mail", { type: "email", name: "email", "data-omniloom-field": "email", required: "" });
  field("Password", { type: "password", name: "password", "data-omniloom-field": "password" });
  field("Card", { name: "number", "data-omniloom-field": "number" });
  add(form, "button", "Order");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const order = { order_id: `web-${Date.now()}`, revenue, currency: CURRENCY, products };
    sessionStorage.setItem("order", JSON.stringify({ order, email: email.value }));
    cart.length = 0;
    save();
    location.href = "/demo-shop/thanks";
  });
}

function thanks() {
  document.title = "Thank you";
  const { order, email } = JSON.parse(sessionStorage.getItem("order") || "{}");
  add(main, "h1", "Thank you");
  if (!order) return;
  omniloom.identify(email, { email });
  omniloom.order(order); // shown again, this page makes no second order
  add(main, "p", `Your order ${order.order_id} is on its way.`, { id: "order-id" });
}

const PAGES = { "/demo-shop/": home, "/demo-shop/teas": teas, "/demo-shop/tea": tea, "/demo-shop/cart": showCart };

function show(path) {
  main.replaceChildren();
  (PAGES[path] || thanks)();
}

function ask() {
  if (!location.search.includes("ask")) return;
  const box = document.getElementById("ask");
  box.hidden = false;
  const wording = box.querySelector("p").textContent;
  const answer = (isGiven) => () => {
    omniloom.consent(isGiven, { wording, method: "banner" });
    box.hidden = true;
  };
  document.getElementById("yes").addEventListener("click", answer(true));
  document.getElementById("no").addEventListener("click", answer(false));
}

window.addEventListener("popstate", () => show(location.pathname));
save();
show(location.pathname);
ask();
