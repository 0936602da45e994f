// What this machine can run on in; the choice of it, with a reason beside what is missing, out.
import { run } from "../api";
import { byId, el } from "../dom";
import { boot, device, t } from "../state";

export function mountDevice(): void {
  const select = byId<HTMLSelectElement>("device");
  select.replaceChildren(...boot.devices.map((one) => el("option", { value: one.name, disabled: one.reason !== null, title: one.reason ? t(`device.${one.reason}`) : null }, one.label)));
  const absent = boot.devices.filter((one) => one.reason);
  byId("devices-missing").replaceChildren(...absent.map((one) => el("li", {}, el("strong", {}, one.label), ": ", t(`device.${one.reason ?? "unknown"}`))));
  select.setAttribute("aria-describedby", "devices-missing");
  select.value = device.value;
  select.addEventListener("change", () => {
    device.value = select.value;
    run();
  });
}
