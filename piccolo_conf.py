"""Where Piccolo finds the engine and the capabilities' tables."""

from piccolo.conf.apps import AppRegistry

from app.platform.database import DB as DB

APP_REGISTRY = AppRegistry(
    apps=[
        "app.platform.piccolo_app",
        "app.identity.piccolo_app",
        "app.network.piccolo_app",
        "app.inventory.piccolo_app",
        "app.billing.piccolo_app",
        "app.plans.piccolo_app",
        "app.teams.piccolo_app",
        "app.bookings.piccolo_app",
        "app.calendars.piccolo_app",
        "app.insights.piccolo_app",
        "app.notifications.piccolo_app",
        "app.leaving.piccolo_app",
    ]
)
