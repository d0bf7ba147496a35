from django.urls import path, re_path

from tickets.views import clocks, escalation, fields, links, menus, priorities, queue, record, tasks, workflow

app_name = "tickets"

urlpatterns = [
    path("home/", queue.home, name="home"),
    path("queues/<slug:slug>/", queue.queue, name="queue"),
    path("my-work/", queue.mine, name="mine"),
    path("my-requests/", queue.own, name="own"),
    path("priority-matrix/", priorities.matrix, name="matrix"),
    path("tickets/<str:key>/why/", priorities.why, name="why"),
    path("tickets/<str:key>/why/return/", priorities.return_priority, name="return_priority"),
    path("tickets/<str:key>/why/impact/", priorities.suggest_impact, name="suggest_impact"),
    path("workflows/<slug:kind>/", workflow.workflow, name="workflow"),
    path("workflows/<slug:kind>/draft/", workflow.start_draft, name="workflow_draft"),
    path("workflows/<slug:kind>/discard/", workflow.discard_draft, name="workflow_discard"),
    path("workflows/<slug:kind>/publish/", workflow.publish, name="workflow_publish"),
    path("tickets/change/<slug:field>/", menus.bulk, name="bulk"),
    path("tickets/transition/<slug:verb>/", menus.transition, name="transition"),
    path("tickets/undo/<str:parts>/", menus.undo_assign, name="undo_assign"),
    path("tickets/<str:key>/sla/", clocks.explain, name="sla"),
    path("tickets/<str:key>/edit/", record.edit, name="edit"),
    path("tickets/<str:key>/comment/", record.comment, name="comment"),
    path("tickets/<str:key>/watch/", record.watch, name="watch"),
    path("tickets/<str:key>/take/", record.take, name="take"),
    path("tickets/<str:key>/link/", links.link, name="link"),
    path("tickets/<str:key>/unlink/<int:pk>/", links.unlink, name="unlink"),
    path("tickets/<str:key>/merge/", links.merge, name="merge"),
    path("tickets/<str:key>/escalate/", escalation.escalate, name="escalate"),
    path("tickets/<str:key>/counters/", escalation.counters, name="counters"),
    path("tickets/<str:key>/services/", fields.services, name="services"),
    path("tickets/<str:key>/tasks/", tasks.index, name="tasks"),
    path("tickets/<str:key>/tasks/new/", tasks.add, name="add_task"),
    path("tickets/<str:key>/tasks/<int:pk>/", tasks.change, name="change_task"),
    path("tickets/<str:key>/tasks/<int:pk>/<slug:verb>/", tasks.act, name="act_on_task"),
    path("tickets/<str:key>/files/<int:attachment>/", record.download, name="download"),
    re_path(r"^(?P<key>[A-Za-z]{2,6}-[0-9]{1,18})/?$", queue.by_key, name="by_key"),
]
