"""Every address of the portal: each room brings its own. The live stream is apart (`project.asgi`)."""

from django.urls import include, path

from jishi.web.api_v1.api import api

handler400 = "jishi.web.shell.errors.bad_request"
handler403 = "jishi.web.shell.errors.permission_denied"
handler404 = "jishi.web.shell.errors.page_not_found"
handler500 = "jishi.web.shell.errors.server_error"

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("me/", include("jishi.web.participant.urls")),
    path("desk/", include("jishi.web.desk.urls")),
    path("", include("jishi.web.shell.urls")),
    path("", include("jishi.web.public.urls")),
]
