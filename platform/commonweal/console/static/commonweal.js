// Makes forms easier where scripts run: conditional questions fold away, the error summary takes the focus.
// The radios' own script is left out: it puts aria-expanded on a radio, which ARIA does not allow. commonweal.css folds instead.
import { Button, createAll, ErrorSummary, NotificationBanner, SkipLink } from "./vendor/nhsuk/nhsuk-frontend.min.js";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
for (const component of [Button, ErrorSummary, NotificationBanner, SkipLink]) createAll(component);
