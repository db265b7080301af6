/** The calls of a shop, as events with the names and properties of Segment's e-commerce spec. */

const CART = { add: "Product Added", remove: "Product Removed", view: "Cart Viewed" };
const ORDERS = "ol.orders";
const ORDERS_KEPT = 20;

/** `emit(name, properties)` takes the events. */
export function shopCalls({ storage, settings, emit }) {
  const priced = (properties) => {
    const known = settings.currency ? { currency: settings.currency } : {};
    return Object.assign(known, properties);
  };

  return {
    product: (product) => emit("Product Viewed", priced(product)),

    /** `{list_id, category, products: [...]}`, or only the products. */
    list: (list) => emit("Product List Viewed", Array.isArray(list) ? { products: list } : list),

    /** `cart("add", product)`, `cart("remove", product)`, `cart("view", {cart_id, products})` or only the latter. */
    cart(action, properties) {
      if (typeof action !== "string") return emit(CART.view, priced(action));
      return CART[action] ? emit(CART[action], priced(properties)) : null;
    },

    /** `{order_id, revenue, currency, products}`. The thank-you page shown again is no second order. */
    order(order) {
      const known = storage.read(ORDERS) || [];
      const id = String((order || {}).order_id || "");
      if (id && known.includes(id)) return null;
      if (id) storage.write(ORDERS, known.concat(id).slice(-ORDERS_KEPT));
      return emit("Order Completed", priced(order));
    },
  };
}
