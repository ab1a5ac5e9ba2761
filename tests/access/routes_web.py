# ruff: noqa: E501 - a table is read line by line
"""Every address of the pages, and what it asks of whoever calls it.

One line a route and method, and a line for each word of the address on which the
right depends: `methods endpoint needs of [name=word …] [# why]`. What the columns
may say stands in `table.py`. A route without a line fails the build, and so does a
line without a route.
"""

TABLE = """
# the door
GET       static               open                              -             # styles and scripts, the same for everybody
GET       web.home             open                              -             # leads on: to sign in, or to one's own first page
GET,POST  web.login            open                              -             # the door itself
GET       web.elsewhere        open                              -             # the door of another house
GET       web.elsewhere_back   open                              -             # likewise: what it brings back is the right
GET,POST  web.second           open                              -             # whoever has given the password in this browser
POST      web.passkey          open                              -             # the door itself: the passkey is the right
POST      web.logout           anybody                           -
GET,POST  web.me               anybody                           -
GET,POST  web.proof            anybody                           -
GET       web.factors          anybody                           -
POST      web.factor_change    anybody                           -             verb=totp
POST      web.session_end      own                               session
POST      web.stay             anybody                           -
GET       web.notices          anybody                           -
POST      web.notices_calendar anybody                           -
POST      web.notices_change   anybody                           -             verb=calendar
GET,POST  web.tokens           anybody                           -
POST      web.token_revoke     own                               token
GET,POST  web.messages         anybody                           -
GET       web.message          own                               message
GET,POST  web.mandates         report:read                       -             # filing one asks report:freeze by itself
GET       web.mandate_paper    report:read                       mandate lacks=paper
POST      web.mandate_revoke   report:freeze                     mandate
GET,POST  web.ties             anybody                           -
GET,POST  web.ties_of_others   people:ties                       -
POST      web.tie_withdraw     people:ties                       tie           # and of one's own tie oneself
GET,POST  web.absences         people:absence                    -
GET       web.demo_phones      open                              -             # demonstrations alone; elsewhere it does not exist

# visitors: an address of theirs that holds a secret, or a form for everybody
GET       web.answer           open                              -             # the token in the address is the right
GET,POST  web.welcome          open                              -             # the secret in the address is the right
POST      web.answer_take      open                              -             # likewise
GET       web.calendar         open                              -             # the key in the address is the right
GET       web.unsubscribe      open                              -             # the token in the address is the right
POST      web.unsubscribe_end  open                              -             # likewise
GET       web.report_public    open                              -             # whoever has something to report
GET       web.report_key       open                              -             # likewise
GET       web.report_step      open                              -             # likewise
POST      web.report_answer    open                              -             # likewise
GET       web.receipt_public   open                              -             # the receipt code is the right
GET       web.receipt_again    open                              -             # likewise
POST      web.receipt_act      open                              -             # likewise

# cases
GET       web.queue            case:read                         -
GET       web.cases            case:read                         -
POST      web.search           anybody                           -
GET       web.case             case:read                         case
GET,POST  web.action           case:begin                        case          verb=begin
GET,POST  web.action           case:verify                       case          verb=verify
GET,POST  web.action           case:evidence                     case          verb=evidence
GET,POST  web.action           case:correct                      case          verb=correct
GET,POST  web.action           case:note                         case          verb=rectify
GET,POST  web.action           case:conclude                     case          verb=conclude
GET,POST  web.action           case:accept                       case          verb=accept
GET,POST  web.action           case:send_back                    case          verb=send_back
GET,POST  web.action           case:reopen                       case          verb=reopen
GET,POST  web.action           case:accept                       case          verb=agree
GET,POST  web.action           case:assign                       case          verb=assign
GET,POST  web.action           case:note                         case          verb=note
GET,POST  web.action           case:hold                         case          verb=hold
GET,POST  web.action           case:note                         case          verb=severity
GET,POST  web.action           case:merge                        case          verb=merge
GET       web.action           case:refer                        case          verb=refer
POST      web.action           case:refer                        case          verb=refer owner=case:assign
GET,POST  web.action           case:take_over                    case          verb=take_over
GET,POST  web.action           case:take_over                    case          verb=return_below
GET,POST  web.action           consequence:record                case          verb=consequence
GET,POST  web.action           case:merge                        case          verb=unmerge
GET       web.case_part        case:read                         case          what=withdraw-evidence
POST      web.case_part        case:evidence                     case          what=withdraw-evidence
POST      web.case_part        case:correct                      case          what=withdraw-correction
POST      web.case_part        case:correct                      case          what=complete-correction
POST      web.case_part        consequence:record                case          what=withdraw-consequence
POST      web.case_part        case:accept                       case          what=approve-hold
POST      web.case_part        case:accept                       case          what=refuse-hold
POST      web.case_part        case:hold                         case          what=end-hold
POST      web.case_part        case:note                         case          what=finish-measure
GET,POST  web.look             person:unmask                     case
GET       web.case_file        person:unmask                     case
GET       web.changes_ahead    case:read                         case
POST      web.changes_ahead    case:correct                      justification refused=404 lacks=seal
POST      web.change_ahead_decide case:accept                    justification          verb=accept refused=404 lacks=seal
POST      web.change_ahead_decide case:accept                    justification          verb=refuse refused=404 lacks=seal
GET,POST  web.assign           anybody                           -             # each case that is chosen is asked for by itself
GET,POST  web.bulk_note        anybody                           -             # likewise
GET       web.drifts           case:read                         -
GET       web.drift            case:read                         drift
POST      web.drift_act        case:correct                      drift         verb=justify owner=own
POST      web.drift_act        case:accept                       drift         verb=accept
POST      web.drift_act        case:accept                       drift         verb=refuse
POST      web.events           export                            body:organisation

# leads
GET       web.leads            lead:read                         -
GET,POST  web.lead_new         lead:intake                       -
GET       web.lead_mails       lead:intake                       mailbox
GET       web.lead             lead:read                         lead
GET       web.lead_after       anybody                           -             # leads on to the lead, or to the list when it went out of sight
GET,POST  web.lead_action      lead:decide                       lead          verb=accept
GET,POST  web.lead_action      lead:decide                       lead          verb=confirm_decline
GET,POST  web.lead_action      lead:decide                       lead          verb=refuse_decline
GET,POST  web.lead_action      lead:decide                       lead          verb=triage
GET,POST  web.lead_action      lead:link                         lead          verb=open
GET,POST  web.lead_action      lead:link                         lead          verb=link
GET,POST  web.lead_action      lead:reply                        lead          verb=tell
GET,POST  web.lead_action      lead:reply                        lead          verb=ask
GET,POST  web.lead_action      lead:reply                        lead          verb=upward
GET,POST  web.lead_action      lead:decide                       lead          verb=answer
GET,POST  web.lead_action      lead:decide                       lead          verb=file
GET,POST  web.lead_action      lead:decide                       lead          verb=transfer
GET,POST  web.lead_action      lead:assign                       lead          verb=assign
GET,POST  web.lead_action      lead:decide                       lead          verb=decline
GET,POST  web.lead_action      lead:reopen                       lead          verb=reopen
GET,POST  web.lead_action      lead:link                         lead          verb=part
GET,POST  web.lead_words       lead:reporter                     lead
GET,POST  web.lead_reporter    lead:reporter                     lead
GET       web.lead_alike       lead:link                         lead
GET,POST  web.lead_pair        lead:link                         lead
GET,POST  web.lead_unlink      lead:link                         lead
GET       web.lead_file        lead:read                         lead

# campaigns
GET       web.campaigns        campaign:read                     -
POST      web.campaigns        campaign:draft                    -
GET       web.contact_tasks    campaign:read                     -
POST      web.contact_task_end campaign:draft                    task
GET       web.campaign         campaign:read                     campaign
GET       web.campaign_progress campaign:read                    campaign
GET,POST  web.campaign_edit    campaign:draft                    campaign      what=audience
GET,POST  web.campaign_edit    campaign:draft                    campaign      what=texts
POST      web.campaign_look    campaign:read                     campaign      what=audience
POST      web.campaign_act     campaign:draft                    campaign      verb=freeze
POST      web.campaign_act     campaign:approve                  campaign      verb=approve
POST      web.campaign_act     campaign:draft                    campaign      verb=pause
POST      web.campaign_act     campaign:draft                    campaign      verb=resume
POST      web.campaign_act     campaign:draft                    campaign      verb=cancel
POST      web.campaign_act     campaign:draft                    campaign      verb=revise
POST      web.campaign_act     campaign:draft|campaign:approve   campaign      verb=try
GET,POST  web.campaign_told    campaign:read                     campaign
POST      web.campaign_file    export                            campaign
GET       web.unconfirmed      every                             -

# imports and screening
GET       web.imports          import:run|lead:intake|lead:list|round:settings -
POST      web.imports          import:run|lead:intake|lead:list|round:settings body:organisation
GET       web.batch            import:run                        batch
GET       web.batch_progress   import:run                        batch
GET       web.batch_problems   import:run                        batch
POST      web.batch_change     import:run                        batch         what=stage
POST      web.batch_change     import:run                        batch         what=confirm
POST      web.batch_change     import:run                        batch         what=drop
POST      web.start_screening  screening:run                     body:organisation refused=303
GET       web.precision        screening:run                     -
POST      web.precision_refit  screening:refit                   body:organisation nowhere=403
GET       web.rules            screening:run|round:settings|funnel:read -
POST      web.rules            round:settings                    body:organisation nowhere=403
GET,POST  web.rules_tried      round:settings                    trial nowhere=403 refused=404
GET       web.screening        screening:run                     screening
POST      web.screening_stop   screening:run                     screening refused=303
GET,POST  web.run              screening:run                     run
GET       web.employers        employer:decide                   -             lacks=university
POST      web.employers        employer:decide                   body:organisation nowhere=403
GET       web.samples          sample                            -             # whoever reads cases or draws samples above colleges
POST      web.samples          sample:draw                       body:organisation
POST      web.watch_sample     sample:draw                       body:organisation
GET       web.sample           sample                            sample
GET       web.sample_strata    export                            sample
GET       web.sample_cases     export                            sample

# overviews
GET       web.overdue          overdue:read                      -
GET,POST  web.overdue_press    anybody                           -             # each desk that is chosen is asked for by itself
GET,POST  web.overdue_raise    anybody                           -             # each case that is chosen is asked for by itself
GET       web.funnel           funnel:read                       -
GET       web.funnel_data      funnel:read                       -
GET       web.rates            rates:read                        -
GET       web.rates_file       rates:read                        -
GET       web.rate_rows        rates:read                        -
GET       web.rate_rows_file   export                            -
GET       web.below            below:read                        -
GET       web.referrals        case:take_over                    -
POST      web.referral_back    case:take_over                    referral refused=404
GET,POST  web.spot_checks      case:spot_check                   -
POST      web.spot_check_decide case:spot_check                  spot
GET       web.journal          journal:verify                    -
GET       web.audit            audit:rights                      -
POST      web.audit_file       audit:rights                      -
GET       web.questions        audit:looks                       -
POST      web.question_answer  own                               question
GET       web.own_audit        anybody                           -
GET       web.retention        journal:hold                      -
POST      web.retention_hold   journal:hold                      body:organisation nowhere=403
POST      web.retention_lift   journal:hold                      body:organisation nowhere=403
GET       web.retention_one    journal:erase                     erasure
POST      web.retention_erase  journal:erase                     erasure
GET       web.retention_paper  journal:verify                    erasure lacks=proof
GET,POST  web.subjects         export|people:manage              -
POST      web.subject          person:unmask                     record        kind=graduate nowhere=403
POST      web.subject          people:manage                     person        kind=member nowhere=403
POST      web.subject_file     person:unmask                     record        kind=graduate nowhere=403
POST      web.subject_file     people:manage                     person        kind=member nowhere=403

# reports and filing
GET       web.reports          report:read                       -
POST      web.reports_change   report:freeze                     -             what=plan after=report:draft
POST      web.reports_change   report:draft                      -             what=answer refused=404
POST      web.reports_change   report:draft                      -             what=measure refused=404
POST      web.reports_change   report:draft                      measure             what=measure-done after=report:draft
POST      web.reports_change   report:draft                      measure             what=measure-drop after=report:draft
POST      web.reports_change   report:draft                      -             what=texts refused=404
POST      web.reports_change   report:freeze                     -             what=freeze after=report:draft
GET       web.report_wording   report:draft                      -             refused=404
POST      web.report_wording   report:freeze                     -             after=report:draft
GET       web.plan_file        report:draft                      -             version=1 form=docx refused=404 lacks=plan
GET       web.report           report:read                       report
GET       web.report_preview   report:draft                      report
GET       web.report_preview_file report:draft                   report        form=docx
GET       web.report_figures   report:read                       report
GET       web.report_figure    report:read                       report lacks=figure
GET       web.report_document  report:read                       report        kind=report
GET       web.cosign_list      report:sign                       -
GET       web.cosign           report:read                       report
POST      web.cosign           report:sign                       report
POST      web.cosign_refuse    report:refuse                     report
POST      web.cosign_paper     report:sign|report:draft          report
GET       web.cosign_seen      report:read                       report lacks=paper
POST      web.cosign_demonstration report:sign                   report
GET       web.filings          filing:read                       -
GET       web.filing           report:read                       report
POST      web.filing_withdraw  filing:withdraw                   report
POST      web.filing_upload    report:upload                     report refused=303
POST      web.filing_uploaded  report:upload                     report        refused=404 lacks=upload
POST      web.filing_send      filing:deliver                    report
POST      web.filing_act       filing:receipt                    filing        verb=receipt
POST      web.filing_act       filing:return                     filing        verb=return
POST      web.filing_act       filing:dispose                    filing        verb=dispose
GET       web.filing_document  report:read                       report        kind=report
POST      web.filing_package   report:package                    report refused=303

# administration
GET       web.admin            people:manage                     -
GET,POST  web.admin_new_person people:manage                     -
GET       web.admin_organisations people:manage                  -
GET,POST  web.admin_review     people:manage                     -
GET       web.admin_person     people:manage                     person nowhere=403
POST      web.admin_change     people:manage                     person        verb=appoint nowhere=403
POST      web.admin_change     people:manage                     person        verb=dismiss nowhere=403 lacks=part
POST      web.admin_change     people:manage                     person        verb=invite nowhere=403
POST      web.admin_change     people:manage                     person        verb=withdraw nowhere=403 lacks=part
POST      web.admin_change     people:manage                     person        verb=unlink nowhere=403 lacks=part
POST      web.admin_change     people:manage                     person        verb=factor nowhere=403
POST      web.admin_change     people:manage                     person        verb=deactivate nowhere=403
POST      web.admin_change     people:manage                     person        verb=activate nowhere=403
POST      web.admin_change     people:manage                     person        verb=absence nowhere=403
POST      web.admin_change     people:manage                     person        verb=addresses nowhere=403
GET       web.admin_rounds     round:settings                    -
GET       web.admin_round      round:settings                    -
GET,POST  web.admin_dates      round:settings                    -
GET       web.admin_moves      own                               look
GET       web.admin_moves_file own                               look lacks=result
GET       web.admin_settings   round:settings                    -
POST      web.admin_settings   round:settings                    round
GET,POST  web.admin_copy       round:settings                    -
GET       web.jobs             service:watch                     service
POST      web.job_run          service:run                       service lacks=task
POST      web.release          deliveries:act                    service lacks=stop
GET       web.deliveries       deliveries:look                   -
POST      web.deliveries_act   deliveries:act                    -
GET       web.delivery_search  deliveries:look                   -
GET       web.delivery         deliveries:look                   delivery nowhere=403
POST      web.delivery_act     deliveries:look                   delivery      verb=text nowhere=403
POST      web.delivery_act     deliveries:act                    delivery      verb=resend nowhere=403
POST      web.delivery_act     deliveries:act                    delivery      verb=drop nowhere=403
POST      web.delivery_act     deliveries:act                    delivery      verb=replay nowhere=403
POST      web.delivery_act     deliveries:act                    delivery      verb=trust nowhere=403
GET       web.channels         deliveries:look                   -
POST      web.channel_change   deliveries:act                    service       verb=hold lacks=channel
POST      web.channel_change   deliveries:act                    service       verb=release lacks=channel
POST      web.channel_change   deliveries:act                    service       verb=weight lacks=channel
POST      web.channel_change   deliveries:act                    service       verb=test lacks=channel
GET       web.webhooks         deliveries:look                   -
GET       web.webhook          deliveries:look                   - lacks=subscriber
POST      web.webhook_replay   deliveries:act                    - lacks=subscriber
"""
